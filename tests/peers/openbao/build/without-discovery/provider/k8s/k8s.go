package k8s

import "github.com/hashicorp/go-discover"

type Provider struct{ discover.Provider }
