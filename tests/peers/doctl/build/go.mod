// What `go build` builds doctl from: `go install` would refuse its replace directives on some releases, and ask the proxy
// for the list of versions, which not every one has.
module atlas/peers/doctl

go 1.25.0

require github.com/digitalocean/doctl v1.166.0
