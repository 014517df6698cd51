import { laneOf } from '../../names.ts'
import type { Limits, Route, Site } from '../proxy.ts'

/** Path in the folder of a generation → text. */
export type Files = Record<string, string>

/** The two files of one environment: all that a deploy of it changes. */
export function siteFiles(site: Site): Files {
  const lane = laneOf(site.project, site.environment)
  return {
    [`sites/${lane}.http.conf`]: http(site),
    [`sites/${lane}.paths.conf`]: site.routes.map(path(site)).join('\n'),
  }
}

const upstreamOf = ({ project, environment }: Site, service: string) => `${project}.${environment}.${service}`

function http(site: Site): string {
  const upstreams = site.routes.map((route) => upstream(upstreamOf(site, route.service), route))
  return [...upstreams, ...(site.domain ? [host(site, site.domain)] : [])].join('\n')
}

/** A target that fails once is left out for a second; then one request tries it again. */
function upstream(name: string, { targets }: Route): string {
  const servers = targets.map(({ address, port }) => `    server ${address}:${port} max_fails=1 fail_timeout=1s;`)
  return `upstream ${name} {\n    zone ${name} 64k;\n${servers.join('\n')}\n}\n`
}

const path = (site: Site) => (route: Route) => {
  const prefix = `/${site.project}/${site.environment}/${route.service}`
  return `location = ${prefix} {
    return 308 ${prefix}/$is_args$args;
}
location ${prefix}/ {
    proxy_pass http://${upstreamOf(site, route.service)}/;
    proxy_set_header X-Forwarded-Prefix ${prefix};
    include proxy.conf;
}
`
}

const host = (site: Site, { host: name, service }: NonNullable<Site['domain']>) => `server {
    listen 80;
    server_name ${name};
    include server.conf;
    location / {
        proxy_pass http://${upstreamOf(site, service)};
        include proxy.conf;
    }
}
`

/** What is the same for all environments of a load balancer. Paths are found beside nginx.conf. */
export const mainFiles = ({ requestsPerSecond, connections }: Limits): Files => ({
  'nginx.conf': `include /etc/atlas/nginx/user.conf;
pid /run/atlas-nginx.pid;
error_log /var/log/nginx/error.log warn;
worker_processes auto;
worker_rlimit_nofile 65536;
worker_shutdown_timeout 10m;
events {
    worker_connections 8192;
}
http {
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    server_tokens off;
    log_format atlas '$remote_addr [$time_iso8601] "$request" $status $body_bytes_sent $request_time '
        '"$upstream_addr" "$upstream_status" "$http_user_agent"';
    access_log /var/log/nginx/access.log atlas;
    map $http_upgrade $connection_upgrade {
        default upgrade;
        '' '';
    }
    limit_req_zone $binary_remote_addr zone=requests:10m rate=${requestsPerSecond}r/s;
    limit_conn_zone $binary_remote_addr zone=connections:10m;
    limit_req_status 429;
    limit_conn_status 429;
    include sites/*.http.conf;
    server {
        listen 80 default_server;
        include server.conf;
        include sites/*.paths.conf;
        location / {
            return 404;
        }
    }
}
`,
  'server.conf': `limit_req zone=requests burst=${requestsPerSecond * 2} nodelay;
limit_conn connections ${connections};
add_header X-Content-Type-Options nosniff always;
add_header X-Frame-Options SAMEORIGIN always;
add_header Referrer-Policy strict-origin-when-cross-origin always;
location = /healthz {
    access_log off;
    default_type text/plain;
    return 200 'ok\\n';
}
`,
  // Answers are passed on as they come: server-sent events and long downloads wait for nothing.
  'proxy.conf': `proxy_http_version 1.1;
proxy_set_header Host $host;
proxy_set_header X-Real-IP $remote_addr;
proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
proxy_set_header X-Forwarded-Proto $scheme;
proxy_set_header Upgrade $http_upgrade;
proxy_set_header Connection $connection_upgrade;
proxy_buffering off;
proxy_connect_timeout 2s;
proxy_read_timeout 1h;
proxy_next_upstream error timeout http_502 http_503;
proxy_next_upstream_tries 3;
client_max_body_size 100m;
`,
})
