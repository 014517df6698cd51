import { laneOf } from '../../names.ts'
import type { Files } from '../files.ts'
import type { Host, Route, Site } from '../proxy.ts'

/**
 * The files of one environment: all that a deploy of it changes.
 * @param secured whether its certificate is there; hosts without one answer by http
 */
export function siteFiles(site: Site, { secured = false } = {}): Files {
  const lane = laneOf(site.project, site.environment)
  return {
    [`sites/${lane}.http.conf`]: http(site, lane, secured),
    [`sites/${lane}.limits.conf`]: limits(site, lane),
    [`sites/${lane}.paths.conf`]: site.routes.map((route) => path(site, lane, route)).join('\n'),
  }
}

/** Where an environment has its certificate and key: for nginx alone. */
export const certificateFiles = (lane: string) => ({
  certificate: `certificates/${lane}.pem`,
  key: `certificates/${lane}.key`,
})

function http(site: Site, lane: string, secured: boolean): string {
  const upstreams = site.routes.map((route) => upstream(`${lane}.${route.service}`, route))
  const hosts = site.hosts.map((host) => (secured && !host.plain ? byTls(site, lane, host) : byHttp(lane, host)))
  return [zones(site, lane), ...upstreams, ...hosts].join('\n')
}

/** A megabyte remembers 8,000 addresses; who has not asked for the longest is forgotten first. */
const zones = ({ limits: { requestsPerSecond } }: Site, lane: string) =>
  `limit_req_zone $binary_remote_addr zone=${lane}.requests:1m rate=${requestsPerSecond}r/s;
limit_conn_zone $binary_remote_addr zone=${lane}.connections:1m;
`

const limits = ({ limits: { requestsPerSecond, connections, bodyMb } }: Site, lane: string) =>
  `limit_req zone=${lane}.requests burst=${requestsPerSecond * 2} nodelay;
limit_conn ${lane}.connections ${connections};
client_max_body_size ${bodyMb}m;
`

/** A target that fails once is left out for a second; then one request tries it again. */
function upstream(name: string, { targets }: Route): string {
  const servers = targets.map(({ address, port, down }) => {
    return `    server ${address}:${port} ${down ? 'down' : 'max_fails=1 fail_timeout=1s'};`
  })
  return `upstream ${name} {\n    zone ${name} 64k;\n${servers.join('\n')}\n}\n`
}

function path({ project, environment }: Site, lane: string, { service }: Route): string {
  const prefix = `/${project}/${environment}/${service}`
  return `location = ${prefix} {
    return 308 ${prefix}/$is_args$args;
}
location ${prefix}/ {
    proxy_pass http://${lane}.${service}/;
    proxy_set_header X-Forwarded-Prefix ${prefix};
    include sites/${lane}.limits.conf;
    include proxy.conf;
}
`
}

const byHttp = (lane: string, { host, service }: Host) => `server {
    listen 80;
    server_name ${host};
    include server.conf;
    location / {
        proxy_pass http://${lane}.${service};
        include sites/${lane}.limits.conf;
        include proxy.conf;
    }
}
`

/** By http it says only where else, and what a certificate authority asks. */
function byTls({ tls }: Site, lane: string, { host, service }: Host): string {
  const { certificate, key } = certificateFiles(lane)
  const seconds = (tls?.hstsDays ?? 0) * 86_400
  const hsts = seconds > 0 ? `\n    add_header Strict-Transport-Security "max-age=${seconds}" always;` : ''
  return `server {
    listen 80;
    server_name ${host};
    include server.conf;
    location / {
        return 308 https://$host$request_uri;
    }
}

server {
    listen 443 ssl http2;
    server_name ${host};
    ssl_certificate ${certificate};
    ssl_certificate_key ${key};
    include tls.conf;
    include server.conf;${hsts}
    location / {
        proxy_pass http://${lane}.${service};
        include sites/${lane}.limits.conf;
        include proxy.conf;
    }
}
`
}
