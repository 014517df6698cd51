import type { AuditControl } from '@atlas/api'
import type { Store } from '@atlas/store'

export const auditControl = ({ store: { audit } }: { store: Pick<Store, 'audit'> }): AuditControl => ({
  write: (entry, patienceMs) => audit.write(entry, patienceMs),
  list: (workspace, page) => audit.list({ workspace, ...page }),
  walk: (workspace) => audit.walk(workspace),
  verify: (noted) => audit.verify(noted),
})
