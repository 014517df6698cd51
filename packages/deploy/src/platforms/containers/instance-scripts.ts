import type { Engine } from './engine.ts'

/*
 * What is done with containers on a machine. A container is called atlas.LANE.SLOT-SERVICE and carries the fingerprint of
 * what it was made from; run/SLOT-SERVICE/ has files of secrets where the engine keeps none itself. What Podman starts lives
 * beside its container, and must not hold the lane's lock as long.
 */

/** `end NAME`: ten seconds to end by itself, then it is gone with its secrets. */
const endFunction = ({ name, secrets }: Engine) => `${secrets}end() {
  if ${name} inspect "$1" > /dev/null 2>&1; then
    ${name} stop -t 10 "$1" > /dev/null 2>&1 || true
    ${name} rm -f "$1" > /dev/null
  fi
  drop_secrets "$1"
  rm -rf "$home/run/\${1#"atlas.$lane."}"
}
`

/** The number of the user that an image runs as; its own /etc/passwd says it of a name. */
const userFunction = ({ name }: Engine) => `user_of() {
  user=$(${name} image inspect --format '{{.Config.User}}' "$1")
  user=\${user%%:*}
  case $user in
    '') echo 0 ;;
    *[!0-9]*)
      probe=$(${name} create "$1" sh)
      ${name} cp "$probe:/etc/passwd" - 2> /dev/null | tar -xO 2> /dev/null | awk -F: -v u="$user" '$1 == u {print $3; f = 1} END {if (!f) print 0}'
      ${name} rm "$probe" > /dev/null
      ;;
    *) echo "$user" ;;
  esac
}
`

/** Makes the container `$name` of `$image`, with what is on standard input as its secrets; the words are for `create`. */
const createFunction = (engine: Engine) => `${userFunction(engine)}create() {
  ${engine.name} image inspect "$image" > /dev/null 2>&1 || { echo "the image $image is not here" >&2; exit 1; }
  dir=$home/run/\${name#"atlas.$lane."}
  mkdir -p "$dir/secrets"
  chmod 700 "$dir"
  names=
  while read -r one && read -r length; do head -c "$length" | keep_secret "$one"; names="$names $one"; done
  [ -z "$names" ] || set -- $(secret_words "$(user_of "$image")" $names) "$@"
  ${engine.name} create --name "$name" "$@" > /dev/null
}
`

/**
 * $1 container, $2 fingerprint, $3 image, then words for `create`. Secrets on standard input, each as a line with its
 * name, a line with its length in bytes, and its value.
 */
export const startScript = (engine: Engine) => `${endFunction(engine)}${createFunction(engine)}
name=$1 fingerprint=$2 image=$3
shift 3
now=$(${engine.name} inspect --format '{{index .Config.Labels "atlas.fingerprint"}} {{.State.Running}}' "$name" 2> /dev/null || true)
if [ "$now" = "$fingerprint true" ]; then cat > /dev/null; exit 0; fi
end "$name"
create --label "atlas.fingerprint=$fingerprint" "$@"
${engine.name} start "$name" > /dev/null 9>&-
`

/** $1 container, $2 image, then words for `create`; secrets on standard input. What began already is left as it is. */
export const onceScript = (engine: Engine) => `${engine.secrets}${createFunction(engine)}
name=$1 image=$2
shift 2
if ${engine.name} inspect "$name" > /dev/null 2>&1; then cat > /dev/null; else create "$@"; fi
began=$home/run/\${name#"atlas.$lane."}/began
[ ! -e "$began" ] || exit 0
: > "$began"
${engine.name} start "$name" > /dev/null 9>&-
`

/** $1 container. First line: `running`, `ended CODE` or `lost`; then, where it is over, the last of its output. */
export const onceStateScript = ({
  name,
}: Engine) => `state=$(${name} inspect --format '{{.State.Status}} {{.State.ExitCode}}' "$1" 2> /dev/null || true)
case $state in
  running*) echo running; exit 0 ;;
  exited*) echo "ended \${state#* }" ;;
  *) echo lost ;;
esac
${name} logs "$1" 2>&1 | tail -c 16384
`

/** The SLOT-SERVICE that stay. */
export const stopScript = (engine: Engine) => `command -v ${engine.name} > /dev/null || exit 0
${endFunction(engine)}
for name in $(${engine.name} ps --all --filter "label=atlas.lane=$lane" --format '{{.Names}}'); do
  stays=no
  for one in "$@"; do [ "$name" = "atlas.$lane.$one" ] && stays=yes; done
  [ "$stays" = yes ] || end "$name" &
done
wait
`

/** $1 container */
export const logsScript = ({ name }: Engine) => `${name} logs --tail 20 "$1" 2>&1 || true
`

/** $1 lane. Reads only: for each container its place, release, whether it runs, and since when. */
export const runningScript = ({ name }: Engine) => `command -v ${name} > /dev/null || exit 0
ids=$(${name} ps --all --quiet --filter "label=atlas.lane=$1")
[ -z "$ids" ] || ${name} inspect --format '{{index .Config.Labels "atlas.place"}} {{index .Config.Labels "atlas.release"}} {{.State.Running}} {{.State.StartedAt}}' $ids
`
