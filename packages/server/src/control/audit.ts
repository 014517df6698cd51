import type { AuditControl } from '@atlas/api'
import type { Store } from '@atlas/store'

export const auditControl = ({ store: { audit } }: { store: Pick<Store, 'audit'> }): AuditControl => ({
  write: (entry) => audit.write(entry),
  async list(workspace, { limit, before }) {
    const found = await audit.list({ workspace, before, limit: limit + 1 })
    const lines = found.slice(0, limit)
    return { lines, ...(found.length > limit && { next: lines.at(-1)!.record.seq }) }
  },
  walk: (workspace) => audit.walk(workspace),
  verify: (noted) => audit.verify(noted),
})
