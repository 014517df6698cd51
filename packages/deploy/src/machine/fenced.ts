import { Readable } from 'node:stream'
import { AtlasError, isAtlasError } from '@atlas/core'
import type { Call, Connected } from './machine.ts'

/** A lane on a machine, in the hands of one worker. */
export interface At {
  machine: Connected
  fence: Fence
  signal: AbortSignal
}

/** Who may change a lane on a machine: a later operation of it, or a later worker of the same. */
export interface Fence {
  lane: string
  /** Revision of the environment that the plan was made against: grows from deploy to deploy. */
  turn: number
  epoch: number
  /** Of the operation. A worker performs it once at a time: what is under way of it has lost its connection. */
  step?: number
}

/** Watchers of the same turn have terms for epochs, which begin with the seconds since 1970: operations come after them. */
const operations = 1e12
export const epochOf = ({ epoch }: { epoch: number }): number => operations + epoch

const fencedCode = 76

/** In scripts: where what Atlas keeps on a machine is. On the server's computer it is in the server's data folder. */
export const root = `\${ATLAS_ROOT:-/var/lib/atlas}`

/**
 * First of what changes a machine. Machines of the sandbox that are plain processes (its backend `process`) have no files,
 * users and ports of their own: a deploy would change the computer that the sandbox runs on.
 */
export const refuseShared = `[ -z "\${ATLAS_SANDBOX_MACHINE:-}" ] || {
  echo "it is plain processes of the sandbox's computer, whose files and users a deploy would change; atlas sandbox info says why" >&2
  exit 1
}
`

/**
 * Holds the lane's lock while the script runs, so that two commands never change it at once, and refuses whoever is not
 * the latest any more: a command that a dead worker sent, and that arrives late, changes nothing. A transfer whose sender
 * has lost its power, or the way here, waits for more for as long as this machine believes in the connection, hours where
 * nobody ends it: who comes later does, and who tries the same step again. Whatever a transfer began has its file open, as
 * nothing else has.
 */
const prelude = `set -eu
${refuseShared}umask 022
lane=$1 turn=$2 epoch=$3 step=$4 is_transfer=$5
shift 5
home=${root}/lanes/$lane
mkdir -p "$home/releases" "$home/run"
is_later() { [ "$1" -gt "$3" ] || { [ "$1" -eq "$3" ] && [ "$2" -gt "$4" ]; }; }
is_again() { [ "$step" != - ] && [ "$turn $epoch $step" = "$its_turn $its_epoch $its_step" ]; }
end_left_transfer() {
  doing=
  for open in /proc/[0-9]*/fd/7; do
    [ "$open" -ef "$home/transfer" ] || continue
    open=\${open#/proc/}
    doing="$doing \${open%%/*}"
  done
  read -r its_turn its_epoch its_step 2> /dev/null < "$home/transfer" || return 0
  if [ -n "$doing" ] && { is_again || is_later "$turn" "$epoch" "$its_turn" "$its_epoch"; }; then
    kill -KILL $doing 2> /dev/null || true
  fi
}
exec 9>>"$home/lock"
tries=0
until flock -w 1 9; do
  tries=$((tries + 1))
  [ "$tries" -lt 45 ] || { echo "another command still works on $lane" >&2; exit 75; }
  end_left_transfer
done
if [ -s "$home/fence" ]; then
  read -r last_turn last_epoch < "$home/fence"
  if is_later "$last_turn" "$last_epoch" "$turn" "$epoch"; then exit ${fencedCode}; fi
fi
echo "$turn $epoch" > "$home/fence.new"
mv "$home/fence.new" "$home/fence"
if [ "$is_transfer" = yes ]; then
  exec 7> "$home/transfer"
  echo "$turn $epoch $step" >&7
fi
cd "$home"
`

/**
 * Runs a script of a POSIX shell on a machine, in the lane's folder. One that is given a stream is a transfer: it may be
 * ended at any point by who comes later.
 * @throws AtlasError `fenced` where another worker has been there since
 */
export async function run(
  { machine, fence, signal }: At,
  script: string,
  words: readonly string[],
  call: Omit<Call, 'signal'> = {},
): Promise<string> {
  const { lane, turn, epoch, step } = fence
  try {
    const own = [lane, turn, epoch, step ?? '-', call.input instanceof Readable ? 'yes' : 'no'].map(String)
    return await machine.run(['sh', '-c', prelude + script, 'atlas', ...own, ...words], { ...call, signal })
  } catch (error) {
    if (isAtlasError(error, 'machine_refused') && error.message.includes(` ended with ${fencedCode}:`))
      throw new AtlasError('fenced', `Another worker has changed ${lane} on ${machine.name} since.`)
    throw error
  }
}
