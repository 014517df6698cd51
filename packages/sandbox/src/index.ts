export { parseRateLimit } from './http/limit.ts'
export { type Sandbox, type SandboxOptions, startSandbox } from './sandbox.ts'
