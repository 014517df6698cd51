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
}

/** Watchers of the same turn have terms for epochs, which begin with the seconds since 1970: operations come after them. */
const operations = 1e12
export const epochOf = ({ epoch }: { epoch: number }): number => operations + epoch

const fencedCode = 76

/** In scripts: where what Atlas keeps on a machine is. On the server's computer it is in the server's data folder. */
export const root = `\${ATLAS_ROOT:-/var/lib/atlas}`

/**
 * Holds the lane's lock while the script runs, so that two commands never change it at once, and refuses whoever is not
 * the latest any more: a command that a dead worker sent, and that arrives late, changes nothing.
 */
const prelude = `set -eu
umask 022
lane=$1 turn=$2 epoch=$3
shift 3
home=${root}/lanes/$lane
mkdir -p "$home/releases" "$home/run"
exec 9>>"$home/lock"
flock -w 45 9 || { echo "another command still works on $lane" >&2; exit 75; }
if [ -s "$home/fence" ]; then
  read -r last_turn last_epoch < "$home/fence"
  if [ "$last_turn" -gt "$turn" ] || { [ "$last_turn" -eq "$turn" ] && [ "$last_epoch" -gt "$epoch" ]; }; then
    exit ${fencedCode}
  fi
fi
echo "$turn $epoch" > "$home/fence.new"
mv "$home/fence.new" "$home/fence"
cd "$home"
`

/**
 * Runs a script of a POSIX shell on a machine, in the lane's folder.
 * @throws AtlasError `fenced` where another worker has been there since
 */
export async function run(
  { machine, fence, signal }: At,
  script: string,
  words: readonly string[],
  call: Omit<Call, 'signal'> = {},
): Promise<string> {
  const { lane, turn, epoch } = fence
  try {
    const own = [lane, String(turn), String(epoch)]
    return await machine.run(['sh', '-c', prelude + script, 'atlas', ...own, ...words], { ...call, signal })
  } catch (error) {
    if (isAtlasError(error, 'machine_refused') && error.message.includes(` ended with ${fencedCode}:`))
      throw new AtlasError('fenced', `Another worker has changed ${lane} on ${machine.name} since.`)
    throw error
  }
}
