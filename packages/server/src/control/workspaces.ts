import type { Caller, WorkspacesControl } from '@atlas/api'
import { type Store, unknownWorkspace } from '@atlas/store'

export interface WorkspacesParts {
  store: Pick<Store, 'workspaces'>
  forget(): void
}

const isRoot = ({ actor }: Caller) => actor.kind === 'root'

/** A workspace that the caller may know of. @throws AtlasError `not_found` where it is another's, or is not there */
async function known({ store }: WorkspacesParts, caller: Caller, name: string) {
  const found = isRoot(caller) || caller.workspace === name ? await store.workspaces.find(name) : undefined
  if (found) return found
  throw unknownWorkspace(name)
}

export const workspacesControl = (parts: WorkspacesParts): WorkspacesControl => ({
  async list(caller, { limit, after }) {
    if (!isRoot(caller)) return { workspaces: [await known(parts, caller, caller.workspace)] }
    const found = await parts.store.workspaces.list({ after, limit: limit + 1 })
    const workspaces = found.slice(0, limit)
    return { workspaces, ...(found.length > limit && { next: workspaces.at(-1)!.name }) }
  },
  get: (caller, name) => known(parts, caller, name),
  create: (name) => parts.store.workspaces.create(name),
  async setApproval(caller, name, approval) {
    await known(parts, caller, name)
    return parts.store.workspaces.setApproval(name, approval)
  },
  async remove(caller, name) {
    await known(parts, caller, name)
    await parts.store.workspaces.remove(name)
    parts.forget()
  },
})
