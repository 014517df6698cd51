import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Dockerd {
  /** For `DOCKER_HOST`. */
  host: string
  docker(...words: string[]): string
  stop(): Promise<void>
}

/** A Docker of its own on this computer, beside whichever runs: with its own images and its own network. */
export async function startDockerd(): Promise<Dockerd> {
  const folder = mkdtempSync(join(tmpdir(), 'dockerd-'))
  const socket = join(folder, 'docker.sock')
  const host = `unix://${socket}`
  const log = join(folder, 'log')
  const bridge = `atlas${process.pid}`
  const ip = (...some: string[]) => execFileSync('ip', some, { stdio: 'pipe' })
  ip('link', 'add', bridge, 'type', 'bridge')
  ip('address', 'add', `172.29.${process.pid % 256}.1/24`, 'dev', bridge)
  const words = [
    ...['--host', host, '--data-root', join(folder, 'data'), '--exec-root', join(folder, 'run')],
    ...['--pidfile', join(folder, 'pid'), '--bridge', bridge, '--iptables=false', '--ip6tables=false'],
  ]
  const child = spawn('/usr/sbin/dockerd', words, { stdio: ['ignore', 'ignore', openSync(log, 'a')] })
  const ended = once(child, 'exit')
  const docker = (...some: string[]) =>
    execFileSync('docker', some, { env: { ...process.env, DOCKER_HOST: host }, encoding: 'utf8', stdio: 'pipe' })
  const stop = async () => {
    child.kill()
    await ended
    ip('link', 'delete', bridge)
    rmSync(folder, { recursive: true, force: true })
  }
  for (const giveUpAt = performance.now() + 60_000; ; await sleep(200)) {
    try {
      docker('version')
      return { host, docker, stop }
    } catch (cause) {
      if (child.exitCode === null && performance.now() < giveUpAt) continue
      const said = readFileSync(log, 'utf8').split('\n').slice(-5).join('\n')
      await stop()
      throw new Error(`dockerd does not answer: ${said}`, { cause })
    }
  }
}
