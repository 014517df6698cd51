import { infrastructureSchema, resourceSchema } from '@atlas/core'
import { z } from 'zod'
import { approval } from './plan.ts'

// What a description may hold is for core to say: its refusals name every fault at once, with the word that was meant.
// So bodies pass as they are, and the document shows core's own schema in their place.

const nameOf = (word: string) => word.replace(/(^|_)(\w)/g, (_, __, letter: string) => letter.toUpperCase())

for (const option of resourceSchema.options) {
  const [type] = [...option.shape.type._zod.values]
  z.globalRegistry.add(option, { id: `${nameOf(String(type))}Description` })
}
z.globalRegistry.add(resourceSchema, { id: 'ResourceDescription' })
z.globalRegistry.add(infrastructureSchema, { id: 'InfrastructureDescription' })

/** Named, so that it becomes a component; nothing is validated by it. */
const describedChangeJson = infrastructureSchema.extend(approval.shape).meta({
  id: 'DescribedChange',
  description: 'A description, with the approval of its plan beside it.',
})

z.globalRegistry.add(describedChangeJson.extend({ name: infrastructureSchema.shape.name.optional() }), {
  id: 'DescribedUpdate',
  description: 'A description, with the approval of its plan beside it. The name may be left out: it stays.',
})

const anyObject = (shownAs: string) =>
  z
    .custom<Record<string, unknown>>((value) => typeof value === 'object' && value !== null && !Array.isArray(value), {
      error: 'expected an object',
    })
    .meta({ $ref: `#/components/schemas/${shownAs}Input` })

/** The body of an estimate or of a change without approval. */
export const description = anyObject('InfrastructureDescription')

const withApproval = approval.catchall(z.unknown())

/** The body of a change: the approval is checked here, the description beside it is not. */
export const describedChange = anyObject('DescribedChange').pipe(withApproval)

/** The same for what exists, and so has a name. */
export const describedUpdate = anyObject('DescribedUpdate').pipe(withApproval)
