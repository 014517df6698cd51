import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import type { Context } from '../context.ts'

const run = promisify(execFile)
const program = '/usr/sbin/nginx'
const installMs = 180_000

/** `proxy` of the demo's configuration: nginx where machines find it, else the small proxy. Says which, and why. */
export async function chooseProxy(context: Pick<Context, 'say'>): Promise<'nginx' | 'builtin'> {
  const missing = await withoutNginx(context)
  context.say(missing === undefined ? 'nginx balances.' : `A small proxy balances, for ${missing}.`)
  return missing === undefined ? 'nginx' : 'builtin'
}

/**
 * Machines of the sandbox see what this computer has under /usr: nginx is installed there where that may be done, by root
 * on Debian or Ubuntu. Its own service is not started, so that no port of this computer is taken. Gives what is missing.
 */
async function withoutNginx(context: Pick<Context, 'say'>): Promise<string | undefined> {
  if (existsSync(program)) return undefined
  const byHand = 'its machines find no nginx here (apt-get install nginx-light)'
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return byHand
  context.say('Installing nginx, for the load balancer: apt-get install nginx-light …')
  try {
    await run('apt-get', ['update', '-qq'], { timeout: installMs })
    await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'nginx-light'], {
      timeout: installMs,
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    })
    if (existsSync('/run/systemd/system')) await run('systemctl', ['disable', '--now', 'nginx'])
  } catch (error) {
    return `${byHand}; apt-get said: ${lastLine((error as { stderr?: string }).stderr ?? String(error))}`
  }
  return existsSync(program) ? undefined : byHand
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? ''
