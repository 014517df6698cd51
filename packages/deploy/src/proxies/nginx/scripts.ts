import { atBootFunction } from '../../machine/boot.ts'
import { closeGenerations, drainScriptWith, liveGeneration, nextGeneration, openGenerations } from '../generations.ts'

/**
 * What Atlas does with nginx on a machine; besides its generations, /etc/atlas/nginx has user.conf, which says whose rights the
 * workers have. Runs behind the fence of its lane. The new configuration is tested before it is live; where nginx does
 * not take it, the old one stays. It is done when a worker with the new configuration runs and those with the old one
 * take no more connections.
 */
export const configureScript = `${atBootFunction}${openGenerations('/etc/atlas/nginx', 'nginx')}mkdir -p /var/log/nginx /var/lib/nginx
if ! command -v nginx > /dev/null; then
  install_package nginx-light || { echo 'nginx is not installed and apt-get could not install it' >&2; exit 1; }
fi
if [ -d /run/systemd/system ] && systemctl is-enabled --quiet nginx 2> /dev/null; then
  systemctl disable --now nginx > /dev/null 2>&1 || true
fi
printf 'user %s %s;\\n' "$user" "$(id -gn "$user")" > "$root/user.conf"
${nextGeneration}mkdir -p "$next/certificates"
chmod 700 "$next/certificates"
workers() {
  for stat in /proc/[0-9]*/stat; do
    { read -r pid _ _ parent _ < "$stat"; } 2> /dev/null || continue
    [ "$parent" = "$1" ] && echo "$pid"
  done
  return 0
}
accepting() {
  for pid in $1; do
    case $(tr '\\0' ' ' 2> /dev/null < "/proc/$pid/cmdline" || true) in *'is shutting down'*) ;; nginx*) return 0 ;; esac
  done
  return 1
}
master() { cat /run/atlas-nginx.pid 2> /dev/null || true; }
runs() { [ -n "$(master)" ] && kill -0 "$(master)" 2> /dev/null; }
if [ -n "$before" ] && diff -rq "$root/$before" "$next" > /dev/null && runs; then rm -rf "$next"; exit 0; fi
said=$(nginx -t -q -c "$next/nginx.conf" 2>&1) || refuse "nginx refuses the configuration: $said"
renew_old() { nginx -c "$root/live/nginx.conf" -s reload; }
${liveGeneration}at_boot nginx <<'boot'
[ ! -e /etc/atlas/nginx/live ] || nginx -c /etc/atlas/nginx/live/nginx.conf
boot
if runs; then
  old=" $(workers "$(master)" | tr '\\n' ' ') "
  said=$(nginx -c "$root/live/nginx.conf" -s reload 2>&1) || back "nginx could not be reloaded: $said"
  tick=0
  new=
  while [ -z "$new" ] && [ "$tick" -lt 200 ]; do
    for pid in $(workers "$(master)"); do case $old in *" $pid "*) ;; *) new=$pid ;; esac; done
    [ -n "$new" ] || sleep 0.05
    tick=$((tick + 1))
  done
  [ -n "$new" ] || back "nginx did not take the configuration: $(tail -n 3 /var/log/nginx/error.log)"
  tick=0
  while accepting "$old" && [ "$tick" -lt 200 ]; do sleep 0.05; tick=$((tick + 1)); done
else
  rm -f /run/atlas-nginx.pid
  said=$(nginx -c "$root/live/nginx.conf" 8>&- 9>&- 2>&1) || back "nginx could not be started: $said"
fi
${closeGenerations}`

/** Workers with an older configuration end when their last request has. */
export const drainScript = drainScriptWith(`leaving() {
  for one in /proc/[0-9]*/cmdline; do
    case $(tr '\\0' ' ' < "$one" 2> /dev/null || true) in 'nginx: worker process is shutting down'*) return 0 ;; esac
  done
  return 1
}
`)
