export { sandboxSsh } from './control/ssh.ts'
export { openDeploying } from './deploys/open.ts'
