import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Answer, answersPath, type Example, recordedAnswers, walk } from '@atlas/api'
import { bodyOf } from '@atlas/client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { repositoryOf } from './deploys/repository.fixture.ts'
import { answerFaults, document, faults, operations } from './documented.fixture.ts'
import { clientOf, finished, recordsOnly, serverOf, serverOfFile } from './server.fixture.ts'

const recording = process.env.ATLAS_RECORD_EXAMPLES !== undefined
const folder = mkdtempSync(join(tmpdir(), 'atlas-examples-'))
repositoryOf(folder, 'hostomatic')
const dataDir = serverOfFile({
  ...recordsOnly,
  // What the examples call github.com is a folder here.
  GIT_CONFIG_COUNT: '1',
  GIT_CONFIG_KEY_0: `url.file://${folder}/.insteadOf`,
  GIT_CONFIG_VALUE_0: 'https://github.com/yourorg/',
  // Nobody answers where the account would be, and nothing leaves this machine.
  DIGITALOCEAN_API_URL: 'http://127.0.0.1:9',
  ATLAS_WEBHOOK_LOOPBACK: 'true',
})
const answers: Record<string, Answer> = {}
let colleague: string

beforeAll(async () => {
  const body = { name: 'anna', role: 'operator' } as const
  colleague = (await bodyOf(clientOf(dataDir).api.POST('/api/v1/tokens', { body }))).secret
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
  // npm run examples
  if (recording) writeFileSync(answersPath, `${JSON.stringify(answers, null, 2)}\n`)
})

const operationOf = ({ operation }: Example) => {
  const found = operations.find(({ operationId }) => operationId === operation)
  if (found) return found
  throw new Error(`the document has no operation ${operation}`)
}

/** The secret of a token stays out of the document. */
const shown = (answer: Answer): Answer =>
  typeof answer?.secret === 'string'
    ? { ...answer, secret: answer.secret.replace(/[^_]{8,}$/, 'x'.repeat(32)) }
    : answer

const typeOf = ({ body, pack }: Example): Record<string, string> => {
  if (pack) return { 'content-type': 'application/x-git-pack' }
  return body ? { 'content-type': 'application/json' } : {}
}

async function send(example: Example) {
  const { url, token } = serverOf(dataDir)
  const { method, path } = operationOf(example)
  const ids = example.path?.((name) => answers[name]) ?? {}
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(ids[name]!))
  const { body, pack, query = {}, as } = example
  const bearer = as === 'colleague' ? colleague : token
  return fetch(`${url}${filled}?${new URLSearchParams(query)}`, {
    method: method.toUpperCase(),
    headers: { authorization: `Bearer ${bearer}`, ...typeOf(example) },
    ...(body && { body: JSON.stringify(body) }),
    ...(pack && { body: Buffer.from(pack, 'base64') }),
  })
}

// One after the other, because each builds on those before it: so none is tried again by itself.
describe('the examples of the document work, in their order', { retry: 0 }, () => {
  test.each(walk)('$name', async (example) => {
    const operation = operationOf(example)
    if (example.body) {
      const place = [operation.path, operation.method, 'requestBody', 'content', 'application/json', 'schema']
      expect(faults(example.body, ...place)).toEqual([])
    }
    const answer = await send(example)
    const text = await answer.text()
    const type = answer.headers.get('content-type') ?? ''
    const json = type.includes('ndjson') ? text : text === '' || type.includes('tar') ? undefined : JSON.parse(text)
    expect(answer.status, JSON.stringify(json)).toBe(example.status)
    expect(answerFaults(operation, answer.status, type, json)).toEqual([])
    answers[example.name] = shown(json)
    if (answer.status === 202 && json.operation) await finished(clientOf(dataDir), json.operation.id)
  })
})

test.skipIf(recording)('the answers that the document shows are as it says', () => {
  const recorded = recordedAnswers()
  const wrong = walk.flatMap((example) => {
    const answer = recorded[example.name]
    if (answer === undefined) return []
    const json = example.status < 400 ? 'application/json' : 'application/problem+json'
    const type = typeof answer === 'string' ? 'application/x-ndjson' : json
    const found = answerFaults(operationOf(example), example.status, type, answer)
    return found.map((fault) => `${example.name}: ${fault}`)
  })
  expect(wrong).toEqual([])
})

test('every tag of an operation is described', () => {
  const described = new Set(document.tags.map(({ name }) => name))
  expect(operations.flatMap(({ tags }) => tags).filter((tag) => !described.has(tag))).toEqual([])
})
