export { type FaultInput, readSandboxFile, type SandboxFile, sandboxAdmin } from './admin/client.ts'
export { newKey } from './machines/ssh/key.ts'
export { type Sandbox, startSandbox } from './sandbox.ts'
