import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { readSandboxFile } from '@atlas/sandbox'
import { findDocument, openContract } from '../contract/index.ts'
import { checkedApi, checkedSend, type Tally } from './api.ts'
import { driverWalk } from './driver.ts'
import { flows } from './flows/index.ts'

// Holds the sandbox against DigitalOcean's official OpenAPI document: a real process, every operation of its scope
// with successes and errors, every request and every answer checked. The last line is the result in JSON.

const wanted = 120

const file = findDocument()
if (!file) {
  console.log('skipped: the official document is not here (ATLAS_SPECS, or ../shared/specs beside the checkout)')
  console.log(JSON.stringify({ operations: 0, checked: 0, violations: 0, skipped: true }))
  process.exit(0)
}

const dataDir = await mkdtemp(join(tmpdir(), 'sandbox-conformance-'))
const sandbox = spawn(
  process.execPath,
  [
    join(import.meta.dirname, '../../packages/sandbox/src/main.ts'),
    ...['--data-dir', dataDir, '--backend', 'none', '--rate-limit', '100000/h', '--settle-ms', '20', '--parent-pipe'],
  ],
  { stdio: ['pipe', 'pipe', 'inherit'] },
)
const tally: Tally = { operations: new Set(), checked: 0, violations: [] }
try {
  await once(createInterface(sandbox.stdout), 'line')
  const { url, token } = await readSandboxFile(dataDir)
  const contract = openContract(file)
  const api = checkedApi(url, token, contract, tally)
  const walks = Object.entries(flows).map(([name, flow]) => [name, () => flow(api)] as const)
  const driver = () => driverWalk({ url, token, send: checkedSend(contract, tally) })
  for (const [name, walk] of [...walks, ['the DigitalOcean driver', driver] as const]) {
    const before = tally.checked
    await walk().catch((error: unknown) => tally.violations.push(`${name} broke off: ${error}`))
    console.log(`${name}: ${tally.checked - before} exchanges`)
  }
} finally {
  sandbox.kill('SIGTERM')
  await once(sandbox, 'exit')
  await rm(dataDir, { recursive: true })
}

for (const violation of tally.violations) console.log(violation)
const result = { operations: tally.operations.size, checked: tally.checked, violations: tally.violations.length }
console.log(JSON.stringify(result))
process.exitCode = result.operations >= wanted && result.violations === 0 ? 0 : 1
