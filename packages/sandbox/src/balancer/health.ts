import { request } from 'node:http'
import { connect } from 'node:net'
import type { HealthCheck } from '../records/types.ts'
import { judge, type Target } from './targets.ts'

/** Checks targets, first at once and then every interval, until the signal aborts. */
export function watchHealth(
  targets: () => readonly Target[],
  check: HealthCheck,
  from: string,
  stop: AbortSignal,
): void {
  const probe = check.protocol === 'http' ? probeHttp : probeTcp
  const look = (target: Target) => probe(target.address, check, from)
  const round = () => {
    for (const target of targets()) void look(target).then((passed) => judge(target, passed, check))
  }
  round()
  const timer = setInterval(round, check.check_interval_seconds * 1000)
  // New targets are looked at without waiting for the next round. Failures are for rounds to count: a machine's door opens a while
  // after its program listens.
  const early = setInterval(() => {
    for (const target of targets().filter(({ known }) => !known))
      void look(target).then((passed) => passed && !target.known && judge(target, passed, check))
  }, 500)
  stop.addEventListener('abort', () => {
    clearInterval(timer)
    clearInterval(early)
  })
}

/** 200 to 399 is well, as DigitalOcean has it. */
function probeHttp(host: string, check: HealthCheck, localAddress: string): Promise<boolean> {
  const { port, path, response_timeout_seconds: seconds } = check
  return new Promise((resolve) => {
    const sent = request({ host, port, path, localAddress, agent: false, timeout: seconds * 1000 }, (response) => {
      response.resume()
      const status = response.statusCode ?? 500
      resolve(status >= 200 && status < 400)
    })
    sent
      .on('timeout', () => sent.destroy())
      .on('error', () => resolve(false))
      .on('close', () => resolve(false))
    sent.end()
  })
}

/** Also for https, whose certificate is not looked at. */
function probeTcp(
  host: string,
  { port, response_timeout_seconds: seconds }: HealthCheck,
  localAddress: string,
): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, localAddress, timeout: seconds * 1000 })
    const end = (passed: boolean) => {
      socket.destroy()
      resolve(passed)
    }
    socket
      .on('connect', () => end(true))
      .on('timeout', () => end(false))
      .on('error', () => end(false))
  })
}
