import { refuseShared, root } from '../../machine/fenced.ts'
import type { Engine } from './engine.ts'

/*
 * What is done with images on a machine, for a POSIX shell.
 *
 *   lanes/LANE/images/RELEASE/SERVICE   names of the image that a release of this lane needs here
 *   exports/ENGINE-ID/                         an image as files, to be read by other machines; goes when unused for an hour
 *   images.lock                         shared by who brings images, exclusive to who takes them away
 */

/**
 * Builds, without the lane's fence: what is built is told by its digest, so nobody is harmed by who comes late.
 * $1 Containerfile, $2 context, $3 name, then words for the engine; the files as a tar on standard input. Prints `built`
 * and the image's id, or `failed` and what the builder said.
 */
export const buildScript = ({ name, ensure }: Engine) => `set -eu
${refuseShared}mkdir -p ${root}
${ensure}ensure_engine
dir=$(mktemp -d /var/tmp/atlas-build.XXXXXX)
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
mkdir "$dir/files"
tar -x --no-same-owner -C "$dir/files"
file=$dir/files/$1 context=$dir/files/$2 image=$3
shift 3
export BUILDKIT_PROGRESS=plain BUILDX_NO_DEFAULT_ATTESTATIONS=1
if ${name} build --iidfile "$dir/id" --tag "$image" --file "$file" "$@" "$context" < /dev/null > "$dir/said" 2>&1
then echo built; cat "$dir/id"
else echo failed; tail -c 100000 "$dir/said"; fi
`

/** $1 image. Prints the folder that it is in as files, or nothing where there is no such image. */
export const exportScript = ({ name, save }: Engine) => `set -eu
id=$(${name} image inspect --format '{{.Id}}' "$1" 2> /dev/null) || exit 0
exports=${root}/exports
dir=$exports/${name}-\${id#sha256:}
mkdir -p "$exports"
chmod 700 "$exports"
exec 8>>"$dir.lock"
flock -w 900 8
if [ ! -d "$dir" ]; then
  rm -rf "$dir.next"
  mkdir "$dir.next"
  # Where \`save\` fails, its archive is cut short, and tar says so.
  ${[name, 'save', ...save].join(' ')} "$id" | tar -x -C "$dir.next"
  mv -T "$dir.next" "$dir"
fi
touch "$dir" "$dir.lock"
echo "$dir"
`

/** $1 a folder, then files in it. Prints for each its size in bytes and its first two bytes. */
export const filesScript = `set -eu
cd "$1"
shift
for one in "$@"; do echo "$(stat -L -c %s "$one") $(head -c 2 "$one" | od -An -tx1 | tr -d ' ')"; done
`

/** $1 release, $2 service, $3 image by its digest, $4 by its release. Prints whether it is there. */
export const wantScript = ({ name, ensure }: Engine) => `${ensure}ensure_engine
mkdir -p "images/$1"
printf '%s\\n' "$3" "$4" > "images/$1/$2"
if ${name} tag "$3" "$4" 2> /dev/null; then echo yes; else echo no; fi
`

/**
 * $1 where it is pulled from, then the names that it gets. Standard input ends when nobody serves the image any more: by
 * itself the engine would go on trying for a minute, and hold the lane against whoever takes over.
 */
export const pullScript = ({ name, pull }: Engine) => `exec 8>>${root}/images.lock 6<&0
flock -s -w 300 8
from=$1
shift
${name} pull ${pull.join(' ')} "$from" > /dev/null 6<&- &
pulling=$!
{ cat <&6; kill "$pulling"; } > /dev/null 2>&1 8>&- 9>&- &
watching=$!
code=0
wait "$pulling" || code=$?
kill "$watching" 2> /dev/null || true
[ "$code" = 0 ] || exit "$code"
for one in "$@"; do ${name} tag "$from" "$one"; done
${name} rmi "$from" > /dev/null
`

/** $1 project, then the releases that stay. */
export const pruneScript = ({ name }: Engine) => `command -v ${name} > /dev/null || exit 0
project=$1
shift
for dir in images/*; do
  [ -d "$dir" ] || continue
  stays=no
  for one in "$@"; do [ "$dir" = "images/$one" ] && stays=yes; done
  [ "$stays" = yes ] || rm -rf "$dir"
done
exec 8>>${root}/images.lock
flock -n 8 || exit 0
needed=$(cat ${root}/lanes/*/images/*/* 2> /dev/null || true)
${name} images --format '{{.Repository}}:{{.Tag}}' | while read -r one; do
  case $one in "localhost/atlas/$project/"*) ;; *) continue ;; esac
  printf '%s\\n' "$needed" | grep -qxF "$one" || ${name} rmi "$one" > /dev/null 2>&1 || true
done
${name} images --digests --format '{{.Repository}}@{{.Digest}}' | while read -r one; do
  case $one in 127.0.0.1:*/atlas/*) ${name} rmi "$one" > /dev/null 2>&1 || true ;; esac
done
find ${root}/exports -mindepth 1 -maxdepth 1 -mmin +60 -exec rm -rf {} + 2> /dev/null || true
`
