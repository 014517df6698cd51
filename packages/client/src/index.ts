export { type AccountResource, adoption, type ImportPreview, type ImportWish } from './adoption.ts'
export { type Api, bodyOf, items, listed } from './api.ts'
export { exportAudit } from './audit.ts'
export {
  type Approval,
  type BudgetWish,
  type Client,
  type CostQuery,
  createClient,
  type InfrastructureFilter,
} from './client.ts'
export { makeDataFolder } from './data-folder.ts'
export { type DeployKey, deployKeys, type OwnDeployKey } from './deploy-keys.ts'
export {
  type DeploymentRequest,
  deploys,
  type Environment,
  type Release,
  type ReleaseImage,
  type ReleaseRecord,
  releaseImage,
  releaseSource,
  type Services,
  sendWorkingTree,
  type Validation,
  type WorkingTree,
} from './deploys.ts'
export type { EventQuery } from './events.ts'
export { fleet, serviceName } from './fleet.ts'
export type { Connection } from './http.ts'
export { goesInClear } from './in-clear.ts'
export { type KeptSecret, type NeededSecret, type SecretRotation, secrets } from './secrets.ts'
export {
  type ReadyLine,
  readServerFile,
  type ServerFile,
  type StayingLine,
  serverFilePath,
  signIn,
} from './server-file.ts'
export type * from './types.ts'
