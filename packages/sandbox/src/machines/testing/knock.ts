import { connect } from 'node:net'

/** How a port answers a connection: at once with its first line, refused, or not within `ms`. */
export function knock(address: string, port: number, { ms = 700, send = '' } = {}): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, address)
    let state = 'timed out'
    const end = (outcome: string) => {
      clearTimeout(timer)
      socket.destroy()
      resolve(outcome)
    }
    const timer = setTimeout(() => end(state), ms)
    socket.on('connect', () => {
      state = 'silent'
      socket.write(send)
    })
    socket.on('data', (chunk) => end(chunk.toString().split(/\r?\n/)[0]!))
    socket.on('end', () => end('closed'))
    socket.on('error', (error: NodeJS.ErrnoException) => end(error.code === 'ECONNREFUSED' ? 'refused' : error.code!))
  })
}

/** Asks until the answer is right, or 5 s have gone; gives the last answer. */
export async function until<T>(ask: () => Promise<T>, isRight: (answer: T) => boolean): Promise<T> {
  const end = Date.now() + 5_000
  for (;;) {
    const answer = await ask()
    if (isRight(answer) || Date.now() > end) return answer
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
