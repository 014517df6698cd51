# Reserved IPs under the name that providers before 2.20 know.

resource "digitalocean_floating_ip" "web" {
  region = "nyc3"
}

resource "digitalocean_floating_ip_assignment" "web" {
  ip_address = digitalocean_floating_ip.web.ip_address
  droplet_id = digitalocean_droplet.web[0].id
}
