import { AtlasError, type JsonObject } from '@atlas/core'

/**
 * The description of an infrastructure that exists. A name is what everything in the cloud is found by, so it stays.
 * @throws AtlasError `spec_invalid` for another name
 */
export function namedAs(name: string, description: JsonObject): JsonObject {
  const given = description.name
  if (given === undefined || given === name) return { ...description, name }
  const problem = { where: '/name', message: 'cannot be changed', found: JSON.stringify(given), expected: name }
  throw new AtlasError('spec_invalid', `${name} cannot get the name ${JSON.stringify(given)}.`, {
    problems: [problem],
    hint: 'make another infrastructure of that name, then destroy this one',
  })
}
