import type { Backend, MachineSpec } from '../backend.ts'
import { openBackend } from '../index.ts'

// A sandbox's machines in a process of their own, to be killed: node sandbox.fixture.ts <backend> <dataDir> <machines>
const [, , name, dataDir, specs] = process.argv
const backend = await openBackend({ name: name as Backend['name'], dataDir: dataDir! })
for (const spec of JSON.parse(specs!) as MachineSpec[]) {
  await backend.create(spec)
  await backend.powerOn(spec.id)
}
process.stdout.write('ready\n')
setInterval(() => {}, 1000)
