import type { BudgetsControl } from '@atlas/api'
import { AtlasError } from '@atlas/core'
import type { Store } from '@atlas/store'

export function budgetsControl(store: Pick<Store, 'budgets' | 'putBudget' | 'removeBudget' | 'gate'>): BudgetsControl {
  const get: BudgetsControl['get'] = async (workspace, name) => {
    const found = (await store.budgets(workspace)).find(({ budget }) => budget.name === name)
    if (found) return found
    throw new AtlasError('not_found', `There is no budget ${name} in ${workspace}.`, { hint: 'atlas budgets list' })
  }
  return {
    list: (workspace) => store.budgets(workspace),
    get,
    async put(workspace, budget) {
      await store.putBudget(workspace, budget)
      return get(workspace, budget.name)
    },
    remove: (workspace, name) => store.removeBudget(workspace, name),
    gate: (plan) => store.gate(plan),
  }
}
