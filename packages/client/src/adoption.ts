import type { JsonObject } from '@atlas/core'
import { type Api, bodyOf } from './api.ts'
import { type Approval, operationOf, planOf } from './client.ts'
import type { components } from './generated/api.ts'
import type { Operation, Planned } from './types.ts'

/** What is in the account of a cloud: name, price, and how an import would describe it. */
export type AccountResource = components['schemas']['AccountResource']

/** What is to become part of an infrastructure. */
export type ImportWish = Omit<components['schemas']['Import'], 'plan_hash' | 'consent' | 'override_budget'>

/** The plan of an import, the description that is kept, and that this description then changes nothing. */
export interface ImportPreview {
  plan: Planned
  description: JsonObject
  proof: { steps: number; hash: string }
}

const path = '/api/v1/infrastructure/{id}/import'
const releasePath = '/api/v1/infrastructure/{id}/release'

/** Taking over what is in the account already, and letting go of it again. */
export const adoption = (api: Api) => ({
  /** What could be imported, and what could not, with why. */
  async unowned(provider: string, tag?: string): Promise<AccountResource[]> {
    const params = { path: { provider }, query: { unowned: true, ...(tag !== undefined && { tag }) } }
    return (await bodyOf(api.GET('/api/v1/providers/{provider}/resources', { params }))).resources
  },

  async planImport(id: string, wish: ImportWish): Promise<ImportPreview> {
    const params = { path: { id }, query: { plan: true } }
    const answer = await bodyOf(api.POST(path, { params, body: wish }))
    const { description, proof } = answer as object as Omit<ImportPreview, 'plan'>
    return { plan: planOf(answer), description, proof }
  },

  async import(id: string, wish: ImportWish, { planHash, overrideBudget }: Approval = {}): Promise<Operation> {
    const body = {
      ...wish,
      ...(planHash !== undefined && { plan_hash: planHash }),
      ...(overrideBudget !== undefined && { override_budget: overrideBudget }),
    }
    return operationOf(await bodyOf(api.POST(path, { params: { path: { id } }, body })))
  },

  async planRelease(id: string): Promise<Planned> {
    const params = { path: { id }, query: { plan: true } }
    return planOf(await bodyOf(api.POST(releasePath, { params, body: {} })))
  },

  async release(id: string, { planHash }: Approval = {}): Promise<Operation> {
    const body = planHash === undefined ? {} : { plan_hash: planHash }
    return operationOf(await bodyOf(api.POST(releasePath, { params: { path: { id } }, body })))
  },
})
