import { execFile, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { newSecret, signatureHeaders } from './signature.ts'

const page = readFileSync(join(import.meta.dirname, '../../../../docs/events.md'), 'utf8')
const snippet = (language: string) => new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 's').exec(page)![1]!

/** The reader's program: what the page says, and a call of it with what comes as arguments. */
const programs = {
  node: [
    process.execPath,
    '--input-type=module',
    '-e',
    `${snippet('js')}
    const [secret, headers, body] = process.argv.slice(1)
    console.log(verify(secret, JSON.parse(headers), body).type)`,
  ],
  python: [
    'python3',
    '-c',
    `${snippet('python')}
import sys
secret, headers, body = sys.argv[1:]
print(verify(secret, json.loads(headers), body)["type"])`,
  ],
} as const

const isThere = (program: string) => spawnSync(program, ['--version']).status === 0

describe.each(Object.entries(programs))('the snippet for %s', (_name, [program, ...args]) => {
  test.skipIf(!isThere(program))('accepts what we sign, and nothing else', async () => {
    const secret = newSecret()
    const body = JSON.stringify({ type: 'infrastructure.created', data: { name: 'Bäckerei' } })
    const now = Math.floor(Date.now() / 1000)
    const run = async (headers: object, text = body) =>
      (await promisify(execFile)(program, [...args, secret, JSON.stringify(headers), text])).stdout.trim()
    expect(await run(signatureHeaders([secret], 'msg_1', now, body))).toBe('infrastructure.created')
    await expect(run(signatureHeaders([secret], 'msg_1', now, body), `${body} `)).rejects.toThrow('forged')
    await expect(run(signatureHeaders([secret], 'msg_1', now - 600, body))).rejects.toThrow('too old')
    await expect(run(signatureHeaders([newSecret()], 'msg_1', now, body))).rejects.toThrow('forged')
  })
})
