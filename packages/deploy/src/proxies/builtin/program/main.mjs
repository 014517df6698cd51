import cluster from 'node:cluster'
import { once } from 'node:events'
import { copyFile, mkdir, readlink, rename, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

/*
 * node main.mjs ROOT STATE LOG [USER GROUP]
 *
 * Holds the port, and has one process at a time answer: that of the generation to which ROOT/live points. Told to (SIGHUP), it
 * begins the one that is live now; once that listens, new connections go there alone, and the older ends with its last
 * request. STATE/serving says which generation that is, STATE/ending/… which processes still have requests.
 */

const [root = '', state = '', log = '', user, group] = process.argv.slice(2)
const endings = join(state, 'ending')
const largestLog = 50_000_000
const lookMs = 60_000
const againMs = 1000

/** @type {import('node:cluster').Worker | undefined} */
let serving
let turn = Promise.resolve()

async function begin() {
  const live = await readlink(join(root, 'live'))
  cluster.setupPrimary({
    exec: join(root, live, 'program', 'worker.mjs'),
    args: [join(root, live)],
    ...(user && { uid: Number(user) }),
    ...(group && { gid: Number(group) }),
  })
  const next = cluster.fork()
  await Promise.race([
    once(next, 'listening'),
    once(next, 'exit').then(([code]) => Promise.reject(new Error(`${live} was not taken: it ended with ${code}`))),
  ])
  const old = serving
  serving = next
  next.once('exit', () => void (serving === next && again()))
  if (old) await end(old)
  await writeFile(join(state, 'serving.new'), live)
  await rename(join(state, 'serving.new'), join(state, 'serving'))
}

/** @param {import('node:cluster').Worker} old */
async function end(old) {
  const mark = join(endings, String(old.process.pid))
  await writeFile(mark, '')
  old.once('exit', () => void rm(mark, { force: true }))
  old.send('end')
  old.disconnect()
}

/** One after the other. What is live and does not begin leaves what answers as it is. */
const beginInTurn = () => {
  turn = turn.then(begin).catch(async (error) => {
    console.error(String(error))
    // Its supervisor tries again.
    if (!serving) process.exit(1)
    if (!serving.isDead()) return
    await pause(againMs)
    beginInTurn()
  })
}

function again() {
  console.error('the process that answered has ended by itself: another begins')
  beginInTurn()
}

async function shortenLog() {
  const { size } = await stat(log)
  if (size < largestLog) return
  await copyFile(log, `${log}.1`)
  await truncate(log)
}

process.on('SIGHUP', beginInTurn)
await rm(state, { recursive: true, force: true })
await mkdir(endings, { recursive: true })
setInterval(() => void shortenLog().catch(() => {}), lookMs)
beginInTurn()
