# Every resource type in the sandbox's scope that each generation of the provider has. What is a variable is changed
# after the first apply, and must change in place.

terraform {
  required_providers {
    digitalocean = {
      source = "digitalocean/digitalocean"
    }
  }
}

variable "public_key" { type = string }
variable "changed" {
  type    = bool
  default = false
}
variable "size" {
  type    = string
  default = "s-1vcpu-1gb"
}

data "digitalocean_image" "ubuntu" {
  slug = "ubuntu-24-04-x64"
}

resource "digitalocean_ssh_key" "key" {
  name       = var.changed ? "terraform-2" : "terraform"
  public_key = var.public_key
}

resource "digitalocean_tag" "web" {
  name = "terraform:web"
}

resource "digitalocean_vpc" "net" {
  name        = "terraform-net"
  region      = "nyc3"
  ip_range    = "10.55.0.0/20"
  description = var.changed ? "changed" : "made"
}

resource "digitalocean_droplet" "web" {
  count      = 2
  name       = "web-${count.index}.example.com"
  region     = "nyc3"
  size       = var.size
  image      = data.digitalocean_image.ubuntu.slug
  vpc_uuid   = digitalocean_vpc.net.id
  ssh_keys   = [digitalocean_ssh_key.key.id]
  tags       = var.changed ? [digitalocean_tag.web.id, "terraform:changed"] : [digitalocean_tag.web.id]
  ipv6       = true
  monitoring = true
  user_data  = "#!/bin/sh\ntrue\n"
}

resource "digitalocean_firewall" "web" {
  name = "terraform-web"
  tags = [digitalocean_tag.web.id]

  inbound_rule {
    protocol         = "tcp"
    port_range       = "22"
    source_addresses = ["198.51.100.0/24"]
  }
  dynamic "inbound_rule" {
    for_each = var.changed ? ["443"] : []
    content {
      protocol         = "tcp"
      port_range       = inbound_rule.value
      source_addresses = ["0.0.0.0/0", "::/0"]
    }
  }
  outbound_rule {
    protocol              = "tcp"
    port_range            = "1-65535"
    destination_addresses = ["0.0.0.0/0", "::/0"]
  }
  outbound_rule {
    protocol              = "icmp"
    destination_addresses = ["0.0.0.0/0", "::/0"]
  }
}

resource "digitalocean_volume" "data" {
  name                    = "terraform-data"
  region                  = "nyc3"
  size                    = var.changed ? 20 : 10
  initial_filesystem_type = "ext4"
  description             = "a peer's"
}

resource "digitalocean_volume_attachment" "data" {
  droplet_id = digitalocean_droplet.web[0].id
  volume_id  = digitalocean_volume.data.id
}

resource "digitalocean_volume_snapshot" "monday" {
  name      = "terraform-monday"
  volume_id = digitalocean_volume.data.id
}

resource "digitalocean_droplet_snapshot" "before" {
  name       = "terraform-before"
  droplet_id = digitalocean_droplet.web[1].id
}

resource "digitalocean_loadbalancer" "front" {
  name        = "terraform-front"
  region      = "nyc3"
  vpc_uuid    = digitalocean_vpc.net.id
  droplet_ids = digitalocean_droplet.web[*].id

  forwarding_rule {
    entry_protocol  = "http"
    entry_port      = 80
    target_protocol = "http"
    target_port     = 8080
  }
  healthcheck {
    protocol               = "http"
    port                   = 8080
    path                   = var.changed ? "/ready" : "/health"
    check_interval_seconds = 10
  }
  sticky_sessions {
    type               = "cookies"
    cookie_name        = "front"
    cookie_ttl_seconds = 300
  }
}

resource "digitalocean_database_cluster" "main" {
  name       = "terraform-db"
  engine     = "pg"
  version    = "17"
  size       = "db-s-1vcpu-1gb"
  region     = "nyc3"
  node_count = 1

  maintenance_window {
    day  = var.changed ? "tuesday" : "sunday"
    hour = "02:00:00"
  }
}

resource "digitalocean_database_db" "shop" {
  cluster_id = digitalocean_database_cluster.main.id
  name       = "shop"
}

resource "digitalocean_database_user" "app" {
  cluster_id = digitalocean_database_cluster.main.id
  name       = "app"
}

resource "digitalocean_database_firewall" "main" {
  cluster_id = digitalocean_database_cluster.main.id

  rule {
    type  = "ip_addr"
    value = var.changed ? "192.0.2.8" : "192.0.2.7"
  }
  rule {
    type  = "tag"
    value = digitalocean_tag.web.name
  }
}

resource "digitalocean_domain" "zone" {
  name = "terraform.example"
}

resource "digitalocean_record" "www" {
  domain = digitalocean_domain.zone.name
  type   = "A"
  name   = "www"
  value  = digitalocean_loadbalancer.front.ip
  ttl    = var.changed ? 600 : 1800
}

resource "digitalocean_record" "mail" {
  domain   = digitalocean_domain.zone.name
  type     = "MX"
  name     = "@"
  value    = "mail.terraform.example."
  priority = 10
}

resource "digitalocean_project" "shop" {
  name        = "terraform-shop"
  purpose     = "Web Application"
  environment = "Development"
  description = var.changed ? "changed" : "made"
  resources   = concat(digitalocean_droplet.web[*].urn, [digitalocean_volume.data.urn, digitalocean_domain.zone.urn])
}

output "addresses" {
  value = digitalocean_droplet.web[*].ipv4_address
}
output "private_addresses" {
  value = digitalocean_droplet.web[*].ipv4_address_private
}
output "balancer" {
  value = digitalocean_loadbalancer.front.ip
}
output "database_port" {
  value = digitalocean_database_cluster.main.port
}
