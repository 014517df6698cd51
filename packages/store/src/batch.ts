import { AtlasError, type EventType, type JsonObject, type Step } from '@atlas/core'
import type { Holding, StepError } from '@atlas/engine'
import type pg from 'pg'
import { groupCommit } from './group-commit.ts'
import { writeEndings, writeHoldings, writeIntents } from './statements.ts'
import { untilTaken } from './trouble.ts'

interface Entry {
  n: number
  /** What its event tells. */
  data: JsonObject
}

export interface Intent extends Entry {
  before: readonly string[] | undefined
}

/** With `claims`: is to become ours. Without: is ours and done. */
export type Held = Entry & { claims: boolean; adopted: boolean; ready: boolean } & ReturnType<typeof held>

export interface Ending extends Entry {
  event: EventType
  /** Left out: an event and nothing else. */
  status?: 'done' | 'failed' | 'skipped'
  /** Identity of what is ours no more. */
  freed?: string
  /** It stays in the cloud, so its claim goes as if it had never been. */
  left?: true
  /** It stays in the cloud, and its claim stays to say that it was let go of. */
  released?: true
  error?: StepError
  /** Kept on the row for later steps. */
  told?: JsonObject
}

/** Not seen by people. With 50 calls of 50 ms under way it takes a quarter of its work from the database. */
const together = { companyMs: 8 }

/**
 * The writers of one operation under one epoch, several writes in a commit. While the database is away they wait for
 * it: what is to be written is already so in the cloud, and the gate lets no new call begin.
 */
export function writers(pool: pg.Pool, operation: string, epoch: number, onTrouble: (error: unknown) => void) {
  async function write<T>(name: string, text: string, entries: object[]): Promise<T[]> {
    const values = [operation, epoch, JSON.stringify(entries)]
    const { rows } = await untilTaken(() => pool.query<{ answer: T[] }>({ name, text, values }), onTrouble)
    const row = rows[0]
    if (!row) throw fenced(operation, epoch)
    return row.answer
  }
  return {
    intend: groupCommit<Intent, number | undefined>(async (batch) => {
      const attempts = new Map(await write<[number, number]>('intents', writeIntents, batch))
      return batch.map(({ n }) => attempts.get(n))
    }, together),
    hold: groupCommit<Held, boolean>(async (batch) => {
      const won = new Set(await write<number>('holdings', writeHoldings, batch))
      return batch.map(({ n }) => won.has(n))
    }, together),
    end: groupCommit<Ending, void>(async (batch) => {
      await write('endings', writeEndings, batch)
      return batch.map(() => undefined)
    }, together),
  }
}

export const fenced = (operation: string, epoch: number) =>
  new AtlasError(
    'fenced',
    `Operation ${operation} is no longer at epoch ${epoch}: another worker has it, or it is over.`,
  )

/** The columns of the state row. */
export const held = (step: Step, { observed, monthly, reusesId, rates, tags }: Holding) => ({
  identity: step.identity,
  type: step.type,
  physical_id: observed.physicalId,
  cloud_id: observed.id,
  name: step.resource,
  generation: step.generation,
  specifications: step.specifications,
  depends_on: step.needs,
  monthly,
  phase: observed.phase,
  attributes: observed.attributes,
  reuses_id: reusesId,
  imports: step.action === 'adopt',
  rates,
  tags,
})
