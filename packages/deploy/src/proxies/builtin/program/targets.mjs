import { once } from 'node:events'
import { Agent } from 'node:http'
import { connect } from 'node:net'

/** @typedef {import('./routes.mjs').Target} Target */

/** A target that took no connection within the first is asked no more for the second, in milliseconds. */
const connectMs = 1000
const leftOutMs = 1000
const triesAtMost = 3

/** Each in its turn; those that did not answer a moment ago come last. */
export function rotation() {
  let turn = 0
  /** @type {Map<string, number>} until when it is left out */
  const out = new Map()
  /** @param {Target} target */
  const keyOf = ({ address, port }) => `${address}:${port}`

  return {
    /** @param {readonly Target[]} targets @param {number} [now] */
    order(targets, now = performance.now()) {
      turn += 1
      const turned = targets.map((_, n) => /** @type {Target} */ (targets[(turn + n) % targets.length]))
      const isOut = (/** @type {Target} */ one) => (out.get(keyOf(one)) ?? 0) > now
      return [...turned.filter((one) => !isOut(one)), ...turned.filter(isOut)]
    },
    /** @param {Target} target @param {number} [now] */
    failed(target, now = performance.now()) {
      out.set(keyOf(target), now + leftOutMs)
    },
  }
}

/**
 * Connects to the first target that takes a connection, so that a request is sent, with its body, to one that is there.
 * @param {readonly Target[]} targets
 * @param {{ failed(target: Target): void, took(target: Target): void }} tell
 */
export function firstOf(targets, { failed, took }) {
  const agent = new Agent()
  async function first() {
    /** @type {unknown} */
    let error = new Error('no target is left')
    for (const target of targets.slice(0, triesAtMost)) {
      const socket = connect({ host: target.address, port: target.port, noDelay: true })
      try {
        await once(socket, 'connect', { signal: AbortSignal.timeout(connectMs) })
        took(target)
        return socket
      } catch (cause) {
        socket.destroy()
        failed(target)
        error = cause
      }
    }
    throw error
  }
  return Object.assign(agent, {
    /** @param {unknown} _ @param {(error: unknown, socket?: import('node:net').Socket) => void} done */
    createConnection(_, done) {
      first().then((socket) => done(null, socket), done)
    },
  })
}
