import { root } from '../../machine/fenced.ts'
import type { Engine } from './engine.ts'

/** The login is in a folder of root's own for as long as the command runs. Prints `done`, or `failed` and what was said. */
const within = ({ remote }: Engine, commands: string) => `dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
(umask 077; cat > "$dir/config.json")
${remote}remote() {
${commands}}
(set -e; remote "$@") 2> "$dir/said" > "$dir/out" && : > "$dir/well" || :
if [ -e "$dir/well" ]; then cat "$dir/out"; else echo failed; tail -c 4000 "$dir/said"; fi
`

/** $1 whether it speaks http, $2 the image, $3 what it is called there; the login on standard input. Prints its digest. */
export const pushScript = (engine: Engine) => `set -eu
plain=$1
shift
${within(
  engine,
  `  ${engine.name} tag "$1" "$2" || return
  push_to "$2" || return
  ${engine.name} rmi "$2" > /dev/null || return
  echo done
  cat "$dir/digest"
`,
)}`

/** $1 whether it speaks http, $2 what it is called there, then the names that it gets; the login on standard input. */
export const pullFromScript = (engine: Engine) => `exec 8>>${root}/images.lock
flock -s -w 300 8
plain=$1
shift
${within(
  engine,
  `  from=$1
  shift
  pull_from "$from" > /dev/null || return
  for one in "$@"; do ${engine.name} tag "$from" "$one" || return; done
  ${engine.name} rmi "$from" > /dev/null || return
  echo done
`,
)}`
