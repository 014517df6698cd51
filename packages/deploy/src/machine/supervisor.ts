/** Asked to end, it gives $child and all that it started ten seconds. */
export const endOnTerm = `end() {
  trap '' TERM
  if [ -n "$child" ]; then
    kill -TERM "-$child" 2> /dev/null
    tick=0
    while kill -0 "-$child" 2> /dev/null && [ "$tick" -lt 100 ]; do sleep 0.1; tick=$((tick + 1)); done
    kill -KILL "-$child" 2> /dev/null
  fi
  exit 0
}
trap end TERM
`

/**
 * $1 the folder of what it keeps running: `service` is the script that becomes it, `log` says where it prints. Starts it
 * again whenever it ends, ever later up to half a minute, until it is asked to end itself; then it gives the service ten
 * seconds. Whether it lives is told by its lock, which no reboot and no reused process id can fake.
 */
export const supervisor = `cd "$1" || exit 1
exec 9>lock
flock -w 10 9 || exit 0
echo $$ > pid
child=
${endOnTerm}delay=1
while :; do
  began=$(date +%s)
  setsid sh ./service 9>&- < /dev/null >> "$(cat log)" 2>&1 &
  child=$!
  echo "$child" > child
  wait "$child"
  kill -KILL "-$child" 2> /dev/null
  child=
  [ "$(($(date +%s) - began))" -ge 60 ] && delay=1
  sleep "$delay" 9>&- &
  wait $!
  delay=$((delay * 2))
  [ "$delay" -le 30 ] || delay=30
done
`

/** Shell words: the folders to begin again after a boot. Of a supervisor that lives already, the lock keeps a second away. */
export const superviseAtBoot = (folders: string): string => `for dir in ${folders}; do
  [ -f "$dir/supervisor" ] || continue
  rm -f "$dir/pid" "$dir/child"
  setsid sh "$dir/supervisor" "$dir" < /dev/null > /dev/null 2>&1 &
done
`
