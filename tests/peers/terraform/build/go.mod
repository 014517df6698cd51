// The last release of the provider that is a Go module version: tags from v2 on are not, as the module's path does not end
// in /v2.
module atlas/peers/terraform

go 1.21

require github.com/digitalocean/terraform-provider-digitalocean v1.23.0

// Named by a dependency that needs nothing of it, and gone.
exclude github.com/keybase/go-crypto v0.0.0-20190523171820-b785b22cc757
