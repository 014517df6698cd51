import { mkdir, realpath } from 'node:fs/promises'
import type { Backend } from './backend.ts'
import { dockerBackend } from './docker/backend.ts'
import { MachineError } from './errors.ts'
import { namespaceBackend } from './namespace/backend.ts'
import { noneBackend } from './none.ts'
import { processBackend } from './process/backend.ts'

export type * from './backend.ts'
export { type DatabaseSpec, type Databases, openDatabases } from './databases/databases.ts'
export { MachineError } from './errors.ts'
export { chooseSshPort, portHere } from './ports-here.ts'

export interface BackendOptions {
  /** `auto`: the first that works here, of namespace and process. */
  name: 'auto' | Backend['name']
  /** Disks, snapshots and volumes; made if it is not there. */
  dataDir: string
  log?: (line: string) => void
}

/** Opens what runs the sandbox's machines. Rejects with a MachineError that says why where the named one cannot run here. */
export async function openBackend({ name, dataDir, log = () => {} }: BackendOptions): Promise<Backend> {
  if (name === 'none') return noneBackend()
  await mkdir(dataDir, { recursive: true })
  const folder = await realpath(dataDir)
  if (name === 'process') return processBackend(folder, log)
  if (name === 'docker') return dockerBackend(folder, log)
  if (name === 'namespace') return namespaceBackend(folder, log)
  return namespaceBackend(folder, log).catch((error: unknown) => {
    if (!(error instanceof MachineError)) throw error
    log(`${error.message} Machines are plain processes instead.`)
    const backend = processBackend(folder, log)
    return { ...backend, isolation: `${backend.isolation} ${error.message}` }
  })
}
