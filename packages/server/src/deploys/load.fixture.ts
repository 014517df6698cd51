import { setTimeout as pause } from 'node:timers/promises'

/** Nobody may ask more than 200 times a second. */
const pauseMs = 10

/** The body of an answer that is well, else its status, or why there is none. Each time on a connection of its own. */
export const answerOf = (url: string): Promise<string> =>
  fetch(url, { headers: { connection: 'close' } }).then(
    async (answer) => (answer.ok ? answer.text() : String(answer.status)),
    (error) => String(error.cause ?? error),
  )

/** Asks again and again, until that is ended: then it tells the answers that there were, each once. */
export function asking(ask: () => Promise<string>): () => Promise<string[]> {
  const answers = new Set<string>()
  let going = true
  const asked = (async () => {
    while (going) {
      answers.add(await ask())
      await pause(pauseMs)
    }
  })()
  return async () => {
    going = false
    await asked
    return [...answers].sort()
  }
}
