import type { CloudEvent, JsonObject, Plan } from '@atlas/core'
import { type Api, bodyOf, listed, openApi } from './api.ts'
import { type EventQuery, events } from './events.ts'
import { type Connection, getJson } from './http.ts'
import type {
  Budget,
  Costs,
  DescribedChange,
  Estimate,
  Gate,
  Health,
  Infrastructure,
  Operation,
  Planned,
  Provider,
  Statistics,
  Step,
} from './types.ts'

/** What is agreed to: the plan that was looked at, and the resources whose data may be lost. */
export interface Approval {
  planHash?: string
  consent?: readonly string[]
  /** Why this one operation is carried out although a budget blocks it. For admins. */
  overrideBudget?: string
}

export interface CostQuery {
  from?: string
  to?: string
  group_by?: 'resource' | 'infrastructure' | 'type' | 'tag'
}

export interface BudgetWish {
  /** USD a month. */
  monthly: number
  /** `key=value`; everything in the workspace when absent. */
  tag?: string
  warn_percent?: number
  block_percent?: number
}

/** Whether a plan is kept beside being answered. */
export interface Keep {
  store?: boolean
}

/** `tag`: such as `environment:production`, all of them. */
export interface InfrastructureFilter {
  tag?: string[]
  status?: Infrastructure['status']
  provider?: string
}

/** What is asked for most. All throw AtlasError: the server's by code, or `server_unreachable`. */
export interface Client {
  readonly connection: Connection
  /** Every route, also those that have no function here. */
  readonly api: Api
  health(): Promise<Health>
  providers(): Promise<Provider[]>
  /** `store`: the plan is kept for a day, to be applied by its hash. */
  planApply(description: JsonObject, keep?: Keep): Promise<Planned>
  estimate(description: JsonObject, how?: { compare: boolean }): Promise<Estimate>
  apply(description: JsonObject, approval: Approval): Promise<Operation>
  planDestroy(infrastructure: string, keep?: Keep): Promise<Planned>
  destroy(infrastructure: string, approval: Approval): Promise<Operation>
  planRepair(infrastructure: string, keep?: Keep): Promise<Planned>
  repair(infrastructure: string, approval: Approval): Promise<Operation>
  planRollback(operation: string, keep?: Keep): Promise<Planned>
  rollback(operation: string, approval: Approval): Promise<Operation>
  /** All of them, with their resources. */
  infrastructures(filter?: InfrastructureFilter): Promise<Infrastructure[]>
  statistics(): Promise<Statistics>
  /** With `include: 'description'` also what was last carried out. */
  infrastructure(idOrName: string, query?: { include?: 'description' }): Promise<Infrastructure>
  /** The latest first; all of them, or so many. */
  operations(filter?: { infrastructure?: string; limit?: number }): Promise<Operation[]>
  operation(id: string): Promise<Operation>
  steps(operation: string): Promise<Step[]>
  cancel(operation: string): Promise<Operation>
  events(query?: EventQuery): AsyncGenerator<CloudEvent>
  costs(query?: CostQuery): Promise<Costs>
  budgets(): Promise<Budget[]>
  putBudget(name: string, budget: BudgetWish): Promise<Budget>
  removeBudget(name: string): Promise<void>
}

export function createClient(connection: Connection): Client {
  const api = openApi(connection)
  const preview = (keep?: Keep) => ({ query: { plan: true, ...keep } })
  const planIn = async (answer: Promise<{ data?: object }>) => planOf(await bodyOf(answer))
  const operationIn = async (answer: Promise<{ data?: object }>) => operationOf(await bodyOf(answer))
  const one = (id: string) => ({ path: { id } })

  return {
    connection,
    api,
    health: () => getJson(connection, '/health', { alsoGood: 503 }),
    providers: async () => (await bodyOf(api.GET('/api/v1/providers'))).providers,
    estimate: (description, { compare } = { compare: false }) => {
      const query = compare ? { compare: true } : {}
      return bodyOf(api.POST('/api/v1/estimate-cost', { params: { query }, body: described(description) }))
    },

    planApply: (description, keep) =>
      planIn(api.POST('/api/v1/infrastructure', { params: preview(keep), body: described(description) })),
    apply: (description, approval) =>
      operationIn(api.POST('/api/v1/infrastructure', { body: described({ ...description, ...wire(approval) }) })),
    planDestroy: (name, keep) =>
      planIn(api.DELETE('/api/v1/infrastructure/{id}', { params: { ...one(name), ...preview(keep) } })),
    destroy: (name, approval) =>
      operationIn(api.DELETE('/api/v1/infrastructure/{id}', { params: { ...one(name), query: wire(approval) } })),
    planRepair: (name, keep) =>
      planIn(api.POST('/api/v1/infrastructure/{id}/repair', { params: { ...one(name), ...preview(keep) }, body: {} })),
    repair: (name, approval) =>
      operationIn(api.POST('/api/v1/infrastructure/{id}/repair', { params: one(name), body: wire(approval) })),
    planRollback: (id, keep) =>
      planIn(api.POST('/api/v1/operations/{id}/rollback', { params: { ...one(id), ...preview(keep) }, body: {} })),
    rollback: (id, approval) =>
      operationIn(api.POST('/api/v1/operations/{id}/rollback', { params: one(id), body: wire(approval) })),

    statistics: () => bodyOf(api.GET('/api/v1/stats')),

    infrastructures: (filter = {}) =>
      listed(
        (page) =>
          bodyOf(
            api.GET('/api/v1/infrastructure', { params: { query: { ...filter, include: 'resources', ...page } } }),
          ),
        (page) => page.infrastructure as Infrastructure[],
      ),
    infrastructure: async (name, query = {}) => {
      const call = api.GET('/api/v1/infrastructure/{id}', { params: { ...one(name), query } })
      return (await bodyOf(call)).infrastructure as Infrastructure
    },
    operations: ({ limit, ...filter } = {}) =>
      listed(
        (page) => bodyOf(api.GET('/api/v1/operations', { params: { query: { ...filter, ...page } } })),
        (page) => page.operations,
        limit,
      ),
    operation: (id) => operationIn(api.GET('/api/v1/operations/{id}', { params: one(id) })),
    steps: async (id) => (await bodyOf(api.GET('/api/v1/operations/{id}/steps', { params: one(id) }))).steps,
    cancel: (id) => operationIn(api.POST('/api/v1/operations/{id}/cancel', { params: one(id) })),
    costs: (query = {}) => bodyOf(api.GET('/api/v1/costs', { params: { query } })),
    budgets: async () => (await bodyOf(api.GET('/api/v1/budgets'))).budgets,
    putBudget: async (name, body) =>
      (await bodyOf(api.PUT('/api/v1/budgets/{name}', { params: { path: { name } }, body }))).budget,
    removeBudget: async (name) => {
      await api.DELETE('/api/v1/budgets/{name}', { params: { path: { name } } })
    },
    events: (query) => events(connection, query),
  }
}

/** What a person wrote goes out as it is: the server says what is wrong with it better than a type could. */
const described = (description: JsonObject) => description as unknown as DescribedChange

export const planOf = (answer: object): Planned => {
  const { plan, gate } = answer as { plan: Plan; gate: Gate }
  return { ...plan, gate }
}
export const operationOf = (answer: object) => (answer as { operation: Operation }).operation

const wire = ({ planHash, consent, overrideBudget }: Approval) => ({
  ...(overrideBudget === undefined ? {} : { override_budget: overrideBudget }),
  ...(planHash === undefined ? {} : { plan_hash: planHash }),
  ...(consent === undefined ? {} : { consent: [...consent] }),
})
