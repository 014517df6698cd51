import type { Context } from '../context.ts'
import { untilAskedToEnd } from '../interruption.ts'
import type { Child } from './child.ts'

type Ending = Pick<Child<unknown>, 'ended' | 'stop'>

/**
 * Runs a program for as long as somebody wants it. Gives the exit code: 0 when asked to end, else the program's own.
 * Signals that come while it ends are not obeyed, so that nothing is left behind.
 */
export async function runUntilAsked<Running extends Ending>(
  { remark, dataDir }: Pick<Context, 'remark' | 'dataDir'>,
  start: () => Promise<Running>,
  started: (running: Running) => void | Promise<void>,
): Promise<number> {
  const signals = untilAskedToEnd()
  try {
    const running = await start()
    await started(running)
    const how = await Promise.race([signals.asked.then(() => 'asked' as const), running.ended])
    if (how !== 'asked') {
      remark(`It ended by itself (${how}); look in ${dataDir}`)
      return typeof how === 'number' && how !== 0 ? how : 1
    }
    remark('Ending …')
    await running.stop()
    return 0
  } finally {
    signals.forget()
  }
}
