export { type ApiOptions, createApi } from './app.ts'
export type * from './caller.ts'
export { may } from './caller.ts'
export type * from './control/adoption.ts'
export type { AuditControl } from './control/audit.ts'
export type * from './control/budgets.ts'
export type * from './control/costs.ts'
export type { CredentialCheck, CredentialsControl, CredentialView, KeyRotation } from './control/credentials.ts'
export type { DeployKeysControl } from './control/deploy-keys.ts'
export type {
  Convergence,
  DeploysControl,
  DeployWish,
  EnvironmentView,
  FindingView,
  ImageView,
  InstanceView,
  ReleaseRecordView,
  ServicesView,
  ServiceView,
  ValidationView,
} from './control/deploys.ts'
export type * from './control/events.ts'
export type * from './control/idempotency.ts'
export type * from './control/plans.ts'
export type {
  KeptSecretView,
  NeededSecretView,
  SecretHolder,
  SecretsControl,
  SecretUseView,
} from './control/secrets.ts'
export type { TokensControl } from './control/tokens.ts'
export type { WebhooksControl, WebhookWish } from './control/webhooks.ts'
export type { WorkspacesControl } from './control/workspaces.ts'
export type * from './control.ts'
export { openApiDocument } from './document.ts'
export type { RateLimit } from './edge/rate-limit.ts'
export { type Counted, moveTo, type Rate, standing, windowOf } from './edge/window.ts'
export { refuseLostUpdate } from './etag.ts'
export { answersPath, recordedAnswers } from './examples/attach.ts'
export type { Answer, Example } from './examples/example.ts'
export { walk } from './examples/walk.ts'
export { root, rootToken, rootTokenCheck, wrongToken } from './root-token.ts'
export type { AnswerMcp } from './routes/mcp.ts'
