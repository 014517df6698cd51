import type { Files } from '../files.ts'
import { defaultLimits } from '../proxy.ts'

const { requestsPerSecond, connections } = defaultLimits

/** What is the same for all environments of a load balancer. Paths are found beside nginx.conf. */
export const mainFiles: Files = {
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
    log_format atlas '$remote_addr [$time_iso8601] $host "$request" $status $body_bytes_sent $request_time '
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
  // An environment's own limits stand in its locations, in place of these.
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
location ^~ /.well-known/acme-challenge/ {
    root /var/lib/atlas/acme;
    default_type text/plain;
}
`,
  'tls.conf': `ssl_protocols TLSv1.2 TLSv1.3;
ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305;
ssl_prefer_server_ciphers off;
ssl_session_cache shared:tls:10m;
ssl_session_timeout 1d;
ssl_session_tickets off;
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
proxy_connect_timeout 1s;
proxy_read_timeout 1h;
proxy_next_upstream error timeout http_502 http_503;
proxy_next_upstream_tries 3;
`,
}
