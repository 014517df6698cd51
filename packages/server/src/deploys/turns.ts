import type { DeployWish } from '@atlas/api'
import { AtlasError, isAtlasError, type JsonObject, type Plan } from '@atlas/core'
import { heldMs, type Store, type Turn } from '@atlas/store'
import type { Logger } from '../logging.ts'

/** Planned at the same time, of different environments. */
const atOnce = 4
/** While nothing rings: for a bell that was not heard, and for what a dead server had begun to plan. */
const lookAgainMs = 2000

/** Something came between: whoever looks next may plan it at once. */
const isOvertaken = (error: unknown) => isAtlasError(error, 'operation_running') || isAtlasError(error, 'plan_stale')
/** This passes too, and says nothing of the deploy itself, but not at once: it is nobody's turn until `heldMs` are over. */
const isTrouble = (error: unknown) => isAtlasError(error, 'database_unavailable') || isAtlasError(error, 'disk_full')

export interface TurnsParts {
  store: Pick<Store, 'waiting'>
  plan(workspace: string, wish: DeployWish): Promise<Plan>
  log: Logger
}

/**
 * What of a wish stays said when it has to wait. A promotion is of what was proven when it was asked for. Where a way back
 * names no release, how the one before it ends decides what that would be, so it does not wait.
 */
export function wishThatWaits(wish: DeployWish, { deployment }: Plan): { wish?: JsonObject } {
  if (wish.kind === 'rollback' && wish.release === undefined) return {}
  const meant = wish.kind === 'promote' && deployment ? { ...wish, release: deployment.release } : wish
  return { wish: meant as unknown as JsonObject }
}

/**
 * Deploys that had to wait are planned anew when their turn comes, until stopped. Any number of servers may do so: each
 * turn is one's at a time, and what two have planned all the same is taken from one of them only.
 */
export function startTurns({ store, plan, log }: TurnsParts): { stop(): Promise<void> } {
  const { waiting } = store
  const stopped = new AbortController()
  const { signal } = stopped
  const bell = waiting.bell()
  const busy = new Set<Promise<void>>()

  async function serve(turn: Turn): Promise<void> {
    const { operation } = turn
    const holding = setInterval(() => waiting.hold(operation).catch(() => {}), heldMs / 3)
    try {
      if (turn.cancelled) return await waiting.end(operation, { status: 'cancelled' })
      const wish = { ...(turn.wish as unknown as DeployWish), at: new Date().toISOString() }
      await waiting.begin(turn, await plan(turn.workspace, wish))
    } catch (error) {
      await unplanned(operation, error)
    } finally {
      clearInterval(holding)
    }
  }

  async function unplanned(operation: string, error: unknown): Promise<void> {
    const isFree = signal.aborted || isOvertaken(error)
    if (isFree || isTrouble(error)) {
      log.info({ operation, err: error }, 'a deploy waits on')
      if (isFree) await waiting.giveBack(operation).catch(() => {})
      return
    }
    const { code, message, hint } = isAtlasError(error) ? error : new AtlasError('internal', String(error))
    log.info({ operation, code }, 'a deploy that had its turn could not be planned')
    await waiting.end(operation, { status: 'failed', error: { code, message, ...(hint && { hint }) } })
  }

  async function look(): Promise<boolean> {
    const turn = busy.size < atOnce ? await waiting.take() : undefined
    if (!turn) return false
    const serving = serve(turn).catch((err: unknown) =>
      log.warn({ err, operation: turn.operation }, 'a turn was missed'),
    )
    busy.add(serving)
    void serving.finally(() => busy.delete(serving))
    return true
  }

  const going = (async () => {
    while (!signal.aborted) {
      const rung = bell.next()
      const found = await look().catch((err: unknown) => void log.warn({ err }, 'turns wait for the database'))
      if (!found) await Promise.race([rung.orAfter(lookAgainMs, signal), ...busy])
    }
  })()
  return {
    async stop() {
      stopped.abort()
      await going
      await Promise.all(busy)
      bell.close()
    },
  }
}
