import type { AuditControl } from '@atlas/api'
import type { Store } from '@atlas/store'

export const auditControl = ({ store: { audit } }: { store: Pick<Store, 'audit'> }): AuditControl => ({
  write: (entry) => audit.write(entry),
  list: (workspace, { limit, before }) => audit.list({ workspace, limit, before }),
  walk: (workspace) => audit.walk(workspace),
  verify: (noted) => audit.verify(noted),
})
