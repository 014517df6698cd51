// OpenBao as it is released, with the two parts that Atlas asks: KV and AppRole. The whole `bao` brings those for other
// clouds and databases too, which is most of its code.
//
// usage: openbao <address to listen at, such as 127.0.0.1:0> <folder of its data>
//
// It prints where it listens, and begins sealed: that it is to be initialized and unsealed is told to it by HTTP.
package main

import (
	"fmt"
	"net"
	"net/http"
	"os"

	"github.com/hashicorp/go-hclog"
	"github.com/openbao/openbao/builtin/credential/approle"
	"github.com/openbao/openbao/builtin/logical/kv"
	baohttp "github.com/openbao/openbao/http"
	"github.com/openbao/openbao/sdk/v2/helper/consts"
	"github.com/openbao/openbao/sdk/v2/logical"
	"github.com/openbao/openbao/sdk/v2/physical/file"
	"github.com/openbao/openbao/vault"
)

func main() {
	if err := serve(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(address, folder string) error {
	logger := hclog.New(&hclog.LoggerOptions{Level: hclog.Warn})
	storage, err := file.NewFileBackend(map[string]string{"path": folder}, logger)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	url := "http://" + listener.Addr().String()
	core, err := vault.NewCore(&vault.CoreConfig{
		Physical:           storage,
		StorageType:        "file",
		RedirectAddr:       url,
		Logger:             logger,
		DisableSSCTokens:   true,
		BuiltinRegistry:    noPlugins{},
		LogicalBackends:    map[string]logical.Factory{"kv": kv.Factory},
		CredentialBackends: map[string]logical.Factory{"approle": approle.Factory},
	})
	if err != nil {
		return err
	}
	fmt.Println(url)
	return http.Serve(listener, baohttp.Handler.Handler(&vault.HandlerProperties{Core: core}))
}

// What there is, is compiled in.
type noPlugins struct{}

func (noPlugins) Contains(string, consts.PluginType) bool { return false }

func (noPlugins) Get(string, consts.PluginType) (func() (interface{}, error), bool) {
	return nil, false
}

func (noPlugins) Keys(consts.PluginType) []string { return nil }

func (noPlugins) DeprecationStatus(string, consts.PluginType) (consts.DeprecationStatus, bool) {
	return consts.Unknown, false
}
