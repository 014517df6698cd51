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
  list: async (caller, page) =>
    isRoot(caller) ? parts.store.workspaces.list(page) : { workspaces: [await known(parts, caller, caller.workspace)] },
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
