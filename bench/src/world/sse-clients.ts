import { once } from 'node:events'
import { type ClientRequest, get, type IncomingMessage } from 'node:http'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'

// The clients of the bench `sse`: each on a connection of its own. They read as little as they can, because they share
// the machine with the server: an event is whole when its data line is.

const { BENCH_URL, BENCH_TOKEN, BENCH_CLIENTS } = process.env
const clients = Number(BENCH_CLIENTS)
/** Connections being opened at the same time: the backlog of a listening socket is not endless. */
const atOnce = 50
const patienceMs = 60_000

const times: number[] = []
const seen = new Map<number, number>()

for (let from = 0; from < clients; from += atOnce)
  await Promise.all(Array.from({ length: Math.min(atOnce, clients - from) }, (_, n) => follow(from + n)))
process.stdout.write('connected\n')

const [line] = (await once(createInterface(process.stdin), 'line')) as [string]
const expected = Number(line) * clients
for (const end = Date.now() + patienceMs; times.length < expected && Date.now() < end; ) await sleep(50)
const sorted = Float64Array.from(times).sort()
const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0
process.stdout.write(`${JSON.stringify({ delivered: times.length, p50: at(0.5), p99: at(0.99), max: at(1) })}\n`)
process.exit(0)

async function follow(client: number): Promise<void> {
  const request: ClientRequest = get(`${BENCH_URL}/api/v1/events?after=latest`, {
    agent: false,
    headers: { authorization: `Bearer ${BENCH_TOKEN}` },
  })
  const [answer] = (await once(request, 'response')) as [IncomingMessage]
  if (answer.statusCode !== 200) throw new Error(`client ${client}: HTTP ${answer.statusCode}`)
  answer.setEncoding('utf8')
  const begun = once(answer, 'data')
  let rest = ''
  answer.on('data', (chunk: string) => {
    const frames = (rest + chunk).split('\n\n')
    rest = frames.pop()!
    for (const frame of frames) count(client, frame)
  })
  await begun
}

/** One that comes twice, or after a later one, does not count. */
function count(client: number, frame: string): void {
  if (!frame.startsWith('id: ')) return
  const id = Number(frame.slice(4, frame.indexOf('\n')))
  if (id <= (seen.get(client) ?? 0)) return
  seen.set(client, id)
  const sent = frame.lastIndexOf('"sent":')
  times.push(Date.now() - Number(frame.slice(sent + 7, frame.indexOf('}', sent)).split(',')[0]))
}
