import { atBootFunction } from '../../machine/boot.ts'
import { superviseAtBoot, supervisor } from '../../machine/supervisor.ts'
import {
  closeGenerations,
  drainScriptWith,
  liveGeneration,
  nextGeneration,
  openGenerations,
  receiveFunction,
} from '../generations.ts'

/*
 * The small proxy on a machine. Besides its generations /etc/atlas/balancer has programs/DIGEST, to one of which each generation
 * leads; /var/lib/atlas/balancer is what its supervisor keeps running; /run/atlas-balancer is what it says of itself.
 */

const open = openGenerations('/etc/atlas/balancer', 'the load balancer')
export const runFolder = '/var/lib/atlas/balancer'
const state = '/run/atlas-balancer'

/** $1 digest. Says whether the machine has that program, and finds or installs the Node that it needs. */
export const hasProgramScript = `${open}major() { node -p 'process.versions.node.split(".")[0]' 2> /dev/null || echo 0; }
[ "$(major)" -ge 18 ] || install_package nodejs || true
[ "$(major)" -ge 18 ] || {
  echo "the small proxy needs Node 18 or later, and the machine has $(node --version 2> /dev/null || echo none): install it there, or have \\"proxy\\": \\"nginx\\"" >&2
  exit 1
}
[ -d "$root/programs/$1" ] && echo yes || echo no
`

/** $1 digest; its files on standard input. A folder under its final name is complete. */
export const deliverProgramScript = `${open}${receiveFunction}mkdir -p "$root/programs"
rm -rf "$root"/programs/.next.*
next=$(mktemp -d "$root/programs/.next.XXXXXX")
chmod 755 "$next"
receive "$next"
rm -rf "$root/programs/$1"
mv -T "$next" "$root/programs/$1"
`

/** $1 digest; files of the environment on standard input. Done when the process of the new generation takes connections, alone. */
export const configureScript = `${atBootFunction}${open}run=${runFolder}
state=${state}
if grep -q nginx "/proc/$(cat /run/atlas-nginx.pid 2> /dev/null || echo none)/cmdline" 2> /dev/null; then
  echo 'nginx balances on this machine: a machine has one load balancer' >&2
  exit 1
fi
${nextGeneration}ln -sfn "../../programs/$1" "$next/program"
lives() { [ -e "$run/lock" ] && ! flock -n "$run/lock" true; }
runs() { lives && [ -s "$run/child" ] && kill -0 "$(cat "$run/child")" 2> /dev/null; }
serves() { [ "$(cat "$state/serving" 2> /dev/null || true)" = "$1" ]; }
if [ -n "$before" ] && diff -rq "$root/$before" "$next" > /dev/null && runs && serves "$before"; then rm -rf "$next"; exit 0; fi
said=$(node "$next/program/check.mjs" "$next" 2>&1) || refuse "the load balancer refuses the configuration: $said"
renew_old() { kill -HUP "$(cat "$run/child")"; }
${liveGeneration}mkdir -p "$run" /var/log/atlas
printf %s /var/log/atlas/balancer.log > "$run/log"
cat > "$run/service" <<service
exec node $root/live/program/main.mjs $root $state /var/log/atlas/balancer.log $(id -u "$user") $(id -g "$user")
service
cat > "$run/supervisor" <<'supervisor'
${supervisor}supervisor
at_boot balancer <<'boot'
${superviseAtBoot(runFolder)}boot
if runs; then
  kill -HUP "$(cat "$run/child")"
elif ! lives; then
  setsid sh "$run/supervisor" "$run" 8>&- 9>&- < /dev/null > /dev/null 2>&1 &
fi
tick=0
while ! serves "$name" && [ "$tick" -lt 300 ]; do sleep 0.05; tick=$((tick + 1)); done
serves "$name" || back "the load balancer did not take the configuration: $(tail -n 3 /var/log/atlas/balancer.log)"
${closeGenerations}for one in "$root"/programs/*; do
  needed=no
  for generation in "$root"/generations/*; do [ "$(readlink -f "$generation/program")" = "$one" ] && needed=yes; done
  [ "$needed" = yes ] || rm -rf "$one"
done
`

/** Processes of older generations end when their last request has. */
export const drainScript = drainScriptWith(`leaving() {
  for one in ${state}/ending/*; do
    [ -e "$one" ] && kill -0 "\${one##*/}" 2> /dev/null && return 0
  done
  return 1
}
`)
