import type { Context } from '../context.ts'

export interface Upload {
  /** So many bytes have gone. */
  sent(bytes: number): void
  end(): void
}

/** Says how far something is that is being sent: in one line that is redrawn, or in a line for each quarter of it. */
export async function showUpload({ json, terminal, say }: Context, bytes: number): Promise<Upload> {
  const line = (sent: number) => `${megabytes(sent)} of ${megabytes(bytes)} MB sent`
  if (json) return { sent: () => {}, end: () => {} }
  if (!terminal.redraws) {
    let quarters = 0
    return {
      sent(now) {
        if (Math.floor((4 * now) / bytes) <= quarters) return
        quarters = Math.floor((4 * now) / bytes)
        say(line(now))
      },
      end: () => {},
    }
  }
  const { createLogUpdate } = await import('log-update')
  const area = createLogUpdate(process.stdout)
  return { sent: (now) => area(line(now)), end: area.done }
}

/** As 0.1 where it is less, so that nothing is called nothing. */
export const megabytes = (bytes: number): string => (bytes > 0 ? Math.max(0.1, bytes / 1024 ** 2) : 0).toFixed(1)
