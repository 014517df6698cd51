import type { Catalogue } from '../cost/catalogue.ts'
import { catalogueProblems } from './catalogue-check.ts'
import { draftOf } from './draft.ts'
import { type Infrastructure, infrastructureSchema } from './infrastructure.ts'
import { type InUse, nothingInUse } from './offers.ts'
import { expectation, problemsOf, refusal } from './problems.ts'
import { referenceProblems } from './reference-check.ts'
import { spreadTags } from './spread-tags.ts'

/**
 * A description as a person or a program wrote it, found valid: aliases resolved, defaults filled in, references kept,
 * the infrastructure's tags put on everything that has tags.
 * With a catalogue, regions, sizes and images are held against it in the same go, except what a resource has already.
 * @throws AtlasError spec_invalid with every finding: JSON pointer, what was found, what is expected, the nearest word.
 */
export function parseInfrastructure(
  input: unknown,
  catalogue?: Catalogue,
  inUse: InUse = nothingInUse,
): Infrastructure {
  const parsed = infrastructureSchema.safeParse(input, { error: expectation, reportInput: false })
  const draft = draftOf(input)
  const problems = [
    ...(parsed.success ? [] : problemsOf(infrastructureSchema, input, parsed.error.issues)),
    ...referenceProblems(draft),
    ...(catalogue ? catalogueProblems(draft, catalogue, inUse) : []),
  ]
  if (parsed.success && problems.length === 0) return spreadTags(parsed.data as Infrastructure)
  throw refusal(problems)
}
