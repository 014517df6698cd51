import type { AtlasEvent, JsonObject, Plan } from '@atlas/core'
import { type EventQuery, events } from './events.ts'
import { type Connection, getJson } from './http.ts'
import type { Estimate, Health, Infrastructure, Operation, Provider, Step } from './types.ts'

/** What is agreed to: the plan that was looked at, and the resources whose data may be lost. */
export interface Approval {
  planHash?: string
  consent?: readonly string[]
}

/** One function for each route. All throw AtlasError: the server's by code, or `server_unreachable`. */
export interface Client {
  readonly connection: Connection
  health(): Promise<Health>
  providers(): Promise<Provider[]>
  estimate(description: JsonObject): Promise<Estimate>
  planApply(description: JsonObject): Promise<Plan>
  apply(description: JsonObject, approval: Approval): Promise<Operation>
  planDestroy(infrastructure: string): Promise<Plan>
  destroy(infrastructure: string, approval: Approval): Promise<Operation>
  planRepair(infrastructure: string): Promise<Plan>
  repair(infrastructure: string, approval: Approval): Promise<Operation>
  planRollback(operation: string): Promise<Plan>
  rollback(operation: string, approval: Approval): Promise<Operation>
  infrastructures(): Promise<Infrastructure[]>
  infrastructure(idOrName: string): Promise<Infrastructure>
  operations(filter?: { infrastructure?: string; limit?: number }): Promise<Operation[]>
  operation(id: string): Promise<Operation>
  steps(operation: string): Promise<Step[]>
  cancel(operation: string): Promise<Operation>
  events(query?: EventQuery): AsyncGenerator<AtlasEvent>
}

export function createClient(connection: Connection): Client {
  const get = <Answer>(path: string, query = {}) => getJson<Answer>(connection, path, { query })
  const post = <Answer>(path: string, body: unknown, query = {}) =>
    getJson<Answer>(connection, path, { method: 'POST', body, query })
  const remove = <Answer>(path: string, query: { plan?: boolean; plan_hash?: string; consent?: readonly string[] }) =>
    getJson<Answer>(connection, path, { method: 'DELETE', query })
  const preview = { plan: true }
  const infrastructurePath = (idOrName: string) => `/infrastructure/${encodeURIComponent(idOrName)}`
  const operationPath = (id: string) => `/operations/${encodeURIComponent(id)}`

  return {
    connection,
    health: () => getJson(connection, '/health', { alsoGood: 503 }),
    providers: async () => (await get<{ providers: Provider[] }>('/providers')).providers,
    estimate: (description) => post('/estimate-cost', description),

    planApply: async (description) => (await post<Planned>('/infrastructure', description, preview)).plan,
    apply: async (description, approval) =>
      (await post<Started>('/infrastructure', { ...description, ...wire(approval) })).operation,
    planDestroy: async (name) => (await remove<Planned>(infrastructurePath(name), preview)).plan,
    destroy: async (name, approval) => (await remove<Started>(infrastructurePath(name), wire(approval))).operation,
    planRepair: async (name) => (await post<Planned>(`${infrastructurePath(name)}/repair`, {}, preview)).plan,
    repair: async (name, approval) =>
      (await post<Started>(`${infrastructurePath(name)}/repair`, wire(approval))).operation,
    planRollback: async (id) => (await post<Planned>(`${operationPath(id)}/rollback`, {}, preview)).plan,
    rollback: async (id, approval) => (await post<Started>(`${operationPath(id)}/rollback`, wire(approval))).operation,

    infrastructures: async () => (await get<{ infrastructure: Infrastructure[] }>('/infrastructure')).infrastructure,
    infrastructure: async (name) =>
      (await get<{ infrastructure: Infrastructure }>(infrastructurePath(name))).infrastructure,
    operations: async (filter) => (await get<{ operations: Operation[] }>('/operations', filter)).operations,
    operation: async (id) => (await get<Started>(operationPath(id))).operation,
    steps: async (id) => (await get<{ steps: Step[] }>(`${operationPath(id)}/steps`)).steps,
    cancel: async (id) => (await post<Started>(`${operationPath(id)}/cancel`, {})).operation,
    events: (query) => events(connection, query),
  }
}

type Planned = { plan: Plan }
type Started = { operation: Operation }

const wire = ({ planHash, consent }: Approval) => ({
  ...(planHash === undefined ? {} : { plan_hash: planHash }),
  ...(consent === undefined ? {} : { consent }),
})
