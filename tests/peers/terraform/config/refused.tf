terraform {
  required_providers {
    digitalocean = {
      source = "digitalocean/digitalocean"
    }
  }
}

resource "digitalocean_droplet" "odd" {
  name   = "odd"
  region = "nyc3"
  size   = "s-999vcpu"
  image  = "ubuntu-24-04-x64"
}
