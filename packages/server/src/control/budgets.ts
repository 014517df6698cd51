import type { BudgetsControl } from '@atlas/api'
import { type Store, unknownBudget } from '@atlas/store'

export function budgetsControl(store: Pick<Store, 'budgets' | 'putBudget' | 'removeBudget' | 'gate'>): BudgetsControl {
  const get: BudgetsControl['get'] = async (workspace, name) => {
    const found = (await store.budgets(workspace)).find(({ budget }) => budget.name === name)
    if (found) return found
    throw unknownBudget(workspace, name)
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
