import { type Driver, type Infrastructure, type Operation, type Plan, parseInfrastructure, plan } from '@atlas/core'
import { refresh } from '@atlas/engine'
import type { Store } from '@atlas/store'
import { patiently } from '../deploys/patiently.ts'
import type { Wanted } from './wish.ts'

export const workspace = 'torture'

/** Plans and submits as the server does, as patiently as a person who types it again. */
export function control(store: Store, driver: Driver, account: string, name: string) {
  async function planFor(kind: Plan['kind'], description: Infrastructure, undoes?: string): Promise<Plan> {
    const remembered = await store.recall(workspace, name)
    const owned = remembered?.owned ?? []
    return plan({
      kind,
      ...(undoes !== undefined && { undoes }),
      workspace,
      account,
      revision: remembered?.revision ?? 0,
      description,
      owned,
      observed: await refresh(driver, remembered?.owner ?? '', owned),
      drivers: driver.types,
      catalogueDate: '2026-01-01',
    })
  }
  return {
    describe: (resources: readonly Wanted[]) =>
      parseInfrastructure({ name, provider: 'digitalocean', region: 'nyc3', resources: resources as unknown as [] }),
    plan: (kind: Plan['kind'], description: Infrastructure, undoes?: string) =>
      patiently(() => planFor(kind, description, undoes)),
    submit: (made: Plan, idempotencyKey: string): Promise<Operation> =>
      patiently(() =>
        store.submit(made, { consent: made.consentNeeded.map(({ resource }) => resource), idempotencyKey }),
      ),
    cancel: (operation: string) => patiently(() => store.cancel(workspace, operation)),
    operation: (operation: string) => patiently(() => store.operation(workspace, operation)),
    steps: (operation: string) => patiently(() => store.steps(workspace, operation)),
    /** What the infrastructure was before an operation. */
    async before(operation: string): Promise<Infrastructure> {
      const { descriptionBefore } = await patiently(() => store.planOf(workspace, operation))
      return parseInfrastructure(descriptionBefore ?? { name, provider: 'digitalocean', region: 'nyc3', resources: [] })
    },
    owned: async () => (await patiently(() => store.recall(workspace, name)))?.owned ?? [],
  }
}

export type Control = ReturnType<typeof control>
