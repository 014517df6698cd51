import type { Context } from '../context.ts'
import { type RunningServer, type ServerOptions, startServer } from './child.ts'

const endings = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** The first signal that asks this process to end; `forget` gives the signals back. */
export function untilAskedToEnd(): { asked: Promise<NodeJS.Signals>; forget(): void } {
  const { promise, resolve } = Promise.withResolvers<NodeJS.Signals>()
  for (const signal of endings) process.on(signal, resolve)
  return {
    asked: promise,
    forget: () => {
      for (const signal of endings) process.removeListener(signal, resolve)
    },
  }
}

/**
 * A server for as long as somebody wants it. Gives the exit code: 0 when asked to end, else the server's own. Signals
 * that come while it ends are not obeyed, so that nothing is left behind.
 */
export async function serveUntilAsked(
  context: Context,
  options: Pick<ServerOptions, 'dev' | 'env' | 'more'>,
  started: (server: RunningServer) => void,
): Promise<number> {
  const signals = untilAskedToEnd()
  try {
    const server = await startServer({ ...options, dataDir: context.dataDir })
    started(server)
    const how = await Promise.race([signals.asked.then(() => 'asked' as const), server.ended])
    if (how !== 'asked') {
      context.remark(`The server ended (${how}); look in ${context.dataDir}/server.log`)
      return typeof how === 'number' && how !== 0 ? how : 1
    }
    context.remark('Ending …')
    await server.stop()
    return 0
  } finally {
    signals.forget()
  }
}
