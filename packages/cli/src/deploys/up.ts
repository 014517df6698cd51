import { bringUp, readReproduction } from '@atlas/deploy/here'
import type { Outcome } from '../command.ts'
import type { Context } from '../context.ts'
import { untilInterrupted } from '../interruption.ts'

/** Runs what is in a folder on this computer until Ctrl-C, or until a service ends by itself: that is a failure. */
export const upHere = (context: Context, folder: string): Promise<Outcome> =>
  untilInterrupted(async (signal) => {
    const reproduction = await readReproduction(folder)
    const { project, tag } = reproduction
    const up = await bringUp(reproduction, { env: context.env, say: context.say, signal })
    for (const { name, url } of up.services) context.say(`${name}  ${url}`)
    context.say(`${project} ${tag} runs here. Ctrl-C ends it.`)
    const interrupted = new Promise<undefined>((resolve) => signal.addEventListener('abort', () => resolve(undefined)))
    const broke = await Promise.race([up.ended, interrupted])
    await up.end()
    return {
      json: { project, release: tag, folder, services: up.services, ended: broke ?? null },
      text: () => (broke === undefined ? 'All of it was ended.' : `${broke}. The others were ended.`),
      exit: broke === undefined ? 0 : 1,
    }
  })
