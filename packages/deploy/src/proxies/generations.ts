/*
 * How a load balancer's configuration changes on a machine, whatever balances there. Its folder has
 *
 *   generations/…/   complete configurations; nothing in one changes once it is live
 *   live             which one is read: a link that is replaced at once
 *
 * Parts of scripts for a POSIX shell, in the order in which one has them. All lanes of a machine share the lock.
 */

/** @param called how messages call it */
export const openGenerations = (root: string, called: string): string => `root=${root}
mkdir -p "$root/generations"
exec 8>>"$root/lock"
flock -w 45 8 || { echo 'another command still configures ${called}' >&2; exit 75; }
install_package() {
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update -qq && apt-get install -y -qq "$1"; } > /dev/null 2>&1
}
# Whose rights those have who answer: root's where the machine has no other user.
user=root
if [ "$(awk '{n += $3} END {print (n > 1)}' /proc/self/uid_map)" = 1 ]; then
  for one in www-data nginx nobody; do id -u "$one" > /dev/null 2>&1 && { user=$one; break; }; done
fi
refuse() { rm -rf "$next"; echo "$1" >&2; exit 1; }
point() { ln -sfn "$1" "$root/live.new" && mv -T "$root/live.new" "$root/live"; }
`

/**
 * `receive FOLDER` has in it the files that come on standard input: each a line with its path, a line with its length in bytes
 * (`-`: it goes), and its text. What is the same stays the same file.
 */
export const receiveFunction = `receive() {
  while read -r path && read -r length; do
    if [ "$length" = - ]; then rm -f "$1/$path"; continue; fi
    mkdir -p "$(dirname "$1/$path")"
    (umask 077; head -c "$length" > "$1/.new")
    case $path in certificates/*) ;; *) chmod 644 "$1/.new" ;; esac
    if cmp -s "$1/.new" "$1/$path"; then rm "$1/.new"; else mv "$1/.new" "$1/$path"; fi
  done
}
`

/** $next is what is live ($before, where something is) with what comes on standard input. */
export const nextGeneration = `${receiveFunction}next=$(mktemp -d "$root/generations/.next.XXXXXX")
chmod 755 "$next"
before=$(readlink "$root/live" || true)
[ -z "$before" ] || cp -al "$root/$before/." "$next/"
mkdir -p "$next/sites"
receive "$next"
`

/** $next is live, as $name; `back` undoes that with `renew_old`, and says why. */
export const liveGeneration = `# Counted, and never by the time: the clock of a machine may jump.
last=$(ls "$root/generations" | sed -n 's/^\\([0-9][0-9]*\\).*/\\1/p' | sort -n | tail -n 1)
name=generations/$((\${last:-0} + 1))
mv -T "$next" "$root/$name"
back() {
  if [ -n "$before" ]; then point "$before"; ! runs || renew_old || true
  else rm -f "$root/live"; fi
  rm -rf "$root/$name"
  echo "$1" >&2
  exit 1
}
point "$name"
`

export const closeGenerations = `ls "$root/generations" | grep '^[0-9]' | sort -n | head -n -3 | while read -r gone; do
  [ "generations/$gone" = "$name" ] || rm -rf "$root/generations/$gone"
done
rm -rf "$root"/generations/.next.*
`

/** $1 seconds at most. @param leaving the function of that name: whether requests still run through an older configuration */
export const drainScriptWith = (leaving: string): string => `uptime() { cut -d. -f1 /proc/uptime; }
deadline=$(($(uptime) + $1))
${leaving}while leaving && [ "$(uptime)" -lt "$deadline" ]; do sleep 0.1; done
`
