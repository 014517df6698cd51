import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

export interface Load {
  rps: number
  p50_ms: number
  p99_ms: number
}

const connections = 50
const seconds = 10

/** 50 connections for 10 s, from a process of their own. @throws Error where anything but a 2xx was answered */
export async function load(url: string, token = '', durationS = seconds): Promise<Load> {
  const autocannon = fileURLToPath(import.meta.resolve('autocannon'))
  const args = [
    '-j',
    '-n',
    '-c',
    String(connections),
    '-d',
    String(durationS),
    '-H',
    `authorization=Bearer ${token}`,
    url,
  ]
  const { stdout } = await promisify(execFile)(process.execPath, [autocannon, ...args])
  const { requests, latency, non2xx, errors } = JSON.parse(stdout)
  if (non2xx + errors > 0) throw new Error(`${url}: ${non2xx} answers that were no 2xx, ${errors} errors`)
  return { rps: Math.round(requests.average), p50_ms: latency.p50, p99_ms: latency.p99 }
}

/** Warm, then measured. */
export async function measured(url: string, token?: string): Promise<Load> {
  await load(url, token, 3)
  return load(url, token)
}
