import { atBootFunction } from '../../machine/boot.ts'

/*
 * What Atlas does with nginx on a machine. /etc/atlas/nginx has
 *
 *   generations/…/   complete configurations; nothing in one changes once it is live
 *   live             which one nginx reads: a link that is replaced at once
 *   user.conf        whose rights the workers have
 */

/**
 * Runs behind the fence of its lane; all lanes of a machine share the lock. What does not change is the same file in all
 * generations. Files come on standard input, each as a line with its path, a line with its length in bytes (`-`: it goes) and its
 * text. The new configuration is tested before it is live; where nginx does not take it, the old one stays. It is done
 * when a worker with the new configuration runs and those with the old one take no more connections.
 */
export const configureScript = `${atBootFunction}root=/etc/atlas/nginx
mkdir -p "$root/generations" /var/log/nginx /var/lib/nginx
exec 8>>"$root/lock"
flock -w 45 8 || { echo 'another command still configures nginx' >&2; exit 75; }
if ! command -v nginx > /dev/null; then
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update -qq && apt-get install -y -qq nginx-light; } > /dev/null 2>&1 ||
    { echo 'nginx is not installed and apt-get could not install it' >&2; exit 1; }
fi
if [ -d /run/systemd/system ] && systemctl is-enabled --quiet nginx 2> /dev/null; then
  systemctl disable --now nginx > /dev/null 2>&1 || true
fi
user=root
if [ "$(awk '{n += $3} END {print (n > 1)}' /proc/self/uid_map)" = 1 ]; then
  for one in www-data nginx nobody; do id -u "$one" > /dev/null 2>&1 && { user=$one; break; }; done
fi
printf 'user %s %s;\\n' "$user" "$(id -gn "$user")" > "$root/user.conf"
next=$(mktemp -d "$root/generations/.next.XXXXXX")
chmod 755 "$next"
before=$(readlink "$root/live" || true)
[ -z "$before" ] || cp -al "$root/$before/." "$next/"
mkdir -p "$next/sites" "$next/certificates"
chmod 700 "$next/certificates"
while read -r path && read -r length; do
  if [ "$length" = - ]; then rm -f "$next/$path"; continue; fi
  (umask 077; head -c "$length" > "$next/.new")
  case $path in certificates/*) ;; *) chmod 644 "$next/.new" ;; esac
  if cmp -s "$next/.new" "$next/$path"; then rm "$next/.new"; else mv "$next/.new" "$next/$path"; fi
done
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
refuse() { rm -rf "$next"; echo "$1" >&2; exit 1; }
said=$(nginx -t -q -c "$next/nginx.conf" 2>&1) || refuse "nginx refuses the configuration: $said"
# Counted, and never by the time: the clock of a machine may jump.
last=$(ls "$root/generations" | sed -n 's/^\\([0-9][0-9]*\\).*/\\1/p' | sort -n | tail -n 1)
name=generations/$((\${last:-0} + 1))
mv -T "$next" "$root/$name"
point() { ln -sfn "$1" "$root/live.new" && mv -T "$root/live.new" "$root/live"; }
back() {
  if [ -n "$before" ]; then point "$before"; ! runs || nginx -c "$root/live/nginx.conf" -s reload || true
  else rm -f "$root/live"; fi
  rm -rf "$root/$name"
  echo "$1" >&2
  exit 1
}
point "$name"
at_boot nginx <<'boot'
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
ls "$root/generations" | grep '^[0-9]' | sort -n | head -n -3 | while read -r gone; do
  [ "generations/$gone" = "$name" ] || rm -rf "$root/generations/$gone"
done
rm -rf "$root"/generations/.next.*
`

/** $1 seconds at most. Workers with an older configuration end when their last request has. */
export const drainScript = `uptime() { cut -d. -f1 /proc/uptime; }
deadline=$(($(uptime) + $1))
leaving() {
  for one in /proc/[0-9]*/cmdline; do
    case $(tr '\\0' ' ' < "$one" 2> /dev/null || true) in 'nginx: worker process is shutting down'*) return 0 ;; esac
  done
  return 1
}
while leaving && [ "$(uptime)" -lt "$deadline" ]; do sleep 0.1; done
`
