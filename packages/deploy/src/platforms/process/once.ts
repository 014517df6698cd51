import { endOnTerm } from '../../machine/supervisor.ts'
import { service, userFunction } from './scripts.ts'

/*
 * A command that is run once, in run/once-KEY/: as an instance, with its output and its exit status. Its folder comes by a
 * rename, `began` is there from before its first line: what began and has neither lock nor status was cut off.
 */

/** $1 the folder of a run. Runs the service script in it to its end, once; asked to end, it gives ten seconds. */
const onceRunner = `cd "$1" || exit 1
exec 9>lock
flock -w 10 9 || exit 0
[ ! -e began ] || exit 0
echo $$ > pid
child=
${endOnTerm}: > began
setsid sh ./service 9>&- < /dev/null > output 2>&1 &
child=$!
echo "$child" > child
wait "$child"
code=$?
kill -KILL "-$child" 2> /dev/null
echo "$code" > status.next
mv status.next status
`

/** As to start, with $1 once-KEY and without a fingerprint. What began already is left as it is. */
export const onceScript = `${userFunction}
dir=$home/run/$1
if [ ! -d "$dir" ]; then
  [ -d "releases/$2/$3" ] || { echo "the release has no folder $3" >&2; exit 1; }
  next=$home/.$1.next
  rm -rf "$next"
  mkdir -p "$next/home"
  (umask 0377; cat > "$next/variables")
  printf %s "$home/releases/$2/$3" > "$next/directory"
  printf %s "$4" > "$next/command"
  user_named "$5" > "$next/user"
  cat > "$next/service" <<'service'
${service}service
  cat > "$next/runner" <<'runner'
${onceRunner}runner
  : > "$next/output"
  mv -T "$next" "$dir"
else
  cat > /dev/null
fi
[ ! -e "$dir/began" ] || exit 0
setsid sh "$dir/runner" "$dir" 9>&- < /dev/null > /dev/null 2>&1 &
tick=0
while [ ! -e "$dir/began" ] && [ "$tick" -lt 200 ]; do sleep 0.05; tick=$((tick + 1)); done
`

/** $1 once-KEY. First line: \`running\`, \`ended CODE\` or \`lost\`; then, where it is over, the last of its output. */
export const onceStateScript = `dir=$home/run/$1
[ -d "$dir" ] || { echo lost; exit 0; }
if ! flock -n "$dir/lock" true; then echo running; exit 0; fi
if [ -s "$dir/status" ]; then echo "ended $(cat "$dir/status")"; else echo lost; fi
tail -c 16384 "$dir/output"
`
