import { atBootFunction } from '../../machine/boot.ts'
import { superviseAtBoot, supervisor } from '../../machine/supervisor.ts'

/*
 * What `process` does on a machine, for a POSIX shell with util-linux. A lane's folder has
 *
 *   releases/TAG/        the files of a release
 *   run/SLOT-SERVICE/    an instance: its supervisor with lock and pid, its variables (0400), what it runs
 *   run/once-KEY/        a command that is run once: the same, and its output and exit status
 */

/** $1 release; the files as tar.gz on standard input. A folder under its final name is complete. */
export const deliverScript = `rm -rf releases/.partial.*
if [ -d "releases/$1" ]; then cat > /dev/null; exit 0; fi
next=$(mktemp -d "releases/.partial.XXXXXX")
if ! tar -xz --no-same-owner -C "$next"; then
  df -Pk "$next" | awk 'NR == 2 && $4 < 64 {print "no space is left on " $6 ": " int($2 / 1024) " MB, all used"}' >&2
  rm -rf "$next"
  exit 1
fi
chmod 755 "$next"
mv -T "$next" "releases/$1"
`

export const isDeliveredScript = `[ -d "releases/$1" ] && echo yes || echo no
`

/** Ends an instance and everything it started: asked first, after a while killed. */
const stopFunction = `stop_instance() {
  if ! flock -n "$1/lock" true; then
    kill -TERM "$(cat "$1/pid")" 2> /dev/null || true
    flock -w 20 "$1/lock" true || kill -KILL "$(cat "$1/pid")" 2> /dev/null || true
  fi
  child=$(cat "$1/child" 2> /dev/null || true)
  if [ -n "$child" ] && grep -qzxF "ATLAS_INSTANCE=$1" "/proc/$child/environ" 2> /dev/null; then
    kill -KILL "-$child" 2> /dev/null || true
  fi
  rm -rf "$1"
}
`

/** In the instance's folder: drops rights where the machine has more than one user, then becomes the service. */
export const service = `set -a
. ./variables
ATLAS_INSTANCE=$PWD
HOME=$PWD/home
set +a
cd "$(cat directory)" || exit 1
drop=
if [ "$(id -u)" = 0 ] && [ "$(awk '{n += $3} END {print (n > 1)}' /proc/self/uid_map)" = 1 ]; then
  user=$(cat "$ATLAS_INSTANCE/user")
  chown "$user" "$HOME"
  drop="setpriv --reuid=$user --regid=$user --clear-groups --no-new-privs"
fi
exec $drop sh -c "$(cat "$ATLAS_INSTANCE/command")"
`

/** Says which user a service runs as: that of the lane, or nobody where none can be made. */
export const userFunction = `user_named() {
  id -u "$1" > /dev/null 2>&1 || useradd --system --user-group --no-create-home --shell /usr/sbin/nologin "$1" 2> /dev/null || true
  if id -u "$1" > /dev/null 2>&1; then printf %s "$1"; else printf nobody; fi
}
`

/** $1 slot-service, $2 release, $3 folder in it, $4 command, $5 user, $6 fingerprint; variables on standard input. */
export const startScript = `${stopFunction}${userFunction}${atBootFunction}
dir=$home/run/$1
if [ -d "$dir" ]; then
  if [ "$(cat "$dir/fingerprint" 2> /dev/null)" = "$6" ] && ! flock -n "$dir/lock" true; then cat > /dev/null; exit 0; fi
  stop_instance "$dir"
fi
[ -d "releases/$2/$3" ] || { echo "the release has no folder $3" >&2; exit 1; }
mkdir -p "$dir/home"
(umask 0377; cat > "$dir/variables")
printf %s "$home/releases/$2/$3" > "$dir/directory"
printf %s "$4" > "$dir/command"
user_named "$5" > "$dir/user"
mkdir -p /var/log/atlas
printf %s "/var/log/atlas/$lane.$1.log" > "$dir/log"
log=/var/log/atlas/$lane.$1.log
if [ "$(stat -c %s "$log" 2> /dev/null || echo 0)" -gt 10485760 ]; then mv "$log" "$log.1"; fi
printf '%s\\n' "-- $2 starts, $(date -u +%FT%TZ)" >> "$log"
cat > "$dir/service" <<'service'
${service}service
cat > "$dir/supervisor" <<'supervisor'
${supervisor}supervisor
printf %s "$6" > "$dir/fingerprint"
at_boot processes <<'boot'
${superviseAtBoot('/var/lib/atlas/lanes/*/run/*')}boot
setsid sh "$dir/supervisor" "$dir" 9>&- < /dev/null > /dev/null 2>&1 &
tick=0
while [ ! -s "$dir/pid" ] && [ "$tick" -lt 200 ]; do sleep 0.05; tick=$((tick + 1)); done
`

/** The instances that stay. */
export const stopScript = `${stopFunction}
for dir in "$home"/run/*; do
  [ -d "$dir" ] || continue
  stays=no
  for one in "$@"; do [ "\${dir##*/}" = "$one" ] && stays=yes; done
  if [ "$stays" = no ]; then stop_instance "$dir" & fi
done
wait
`

/** The releases that stay. */
export const pruneScript = `for dir in releases/*; do
  [ -d "$dir" ] || continue
  stays=no
  for one in "$@"; do [ "$dir" = "releases/$one" ] && stays=yes; done
  [ "$stays" = yes ] || rm -rf "$dir"
done
`

/** $1 slot-service. Only since its last start: what an earlier release printed there would be taken for its own. */
export const logsScript = `tail -n 500 "/var/log/atlas/$lane.$1.log" 2> /dev/null |
  awk '/^-- [^ ]+ starts, / { n = 0 } { line[n++] = $0 } END { for (i = n > 20 ? n - 20 : 0; i < n; i++) print line[i] }'
`

/**
 * $1 lane. Reads only, behind no lock: one line for each instance, `slot-service`, release, whether it runs, and since when
 * in seconds. A supervisor is told by its command line, which a reused process id does not have.
 */
export const runningScript = `home=/var/lib/atlas/lanes/$1
for dir in "$home"/run/*; do
  [ -s "$dir/directory" ] || continue
  release=$(cat "$dir/directory")
  release=\${release#"$home/releases/"}
  alive=no
  pid=$(cat "$dir/pid" 2> /dev/null || true)
  child=$(cat "$dir/child" 2> /dev/null || true)
  case $(tr '\\0' ' ' < "/proc/\${pid:-none}/cmdline" 2> /dev/null || true) in
    *"$dir/supervisor"*) [ -n "$child" ] && [ -d "/proc/$child" ] && alive=yes ;;
  esac
  echo "\${dir##*/} \${release%%/*} $alive $(stat -c %Y "$dir/child" 2> /dev/null || echo 0)"
done
`
