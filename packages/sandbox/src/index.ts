export { type FaultInput, readSandboxFile, type SandboxFile, sandboxAdmin } from './admin/client.ts'
export { parseRateLimit } from './http/limit.ts'
export { type Sandbox, type SandboxOptions, startSandbox } from './sandbox.ts'
