import { createHash } from 'node:crypto'

/** In the order of promotion. */
export const environments = ['test', 'uat', 'prod'] as const
export type Environment = (typeof environments)[number]

/** Names end up in URLs, folders, files of nginx and names of users: this is what is safe in all of them. */
const name = /^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/
export const isName = (text: string): boolean => name.test(text)
export const nameRule = 'lower case letters, digits and dashes, at most 40, first a letter'

/** Deploys of one lane come one after the other: they change the same instances and the same route. */
export const laneOf = (project: string, environment: Environment): string => `${project}.${environment}`

/** Names have no dots. */
export const projectOf = (lane: string): string => lane.split('.')[0]!

const digest = (...parts: string[]) => createHash('sha256').update(parts.join('\0')).digest('hex')

/**
 * Requirement 2's `generate_resource_hash`: 8 hex digits that stand for a project's environment in names that must be
 * short, such as those of users.
 */
export const resourceHash = (project: string, environment: string): string => digest(project, environment).slice(0, 8)

/** A whole number from 0 to 2³² - 1, always the same for the same words. */
export const number32 = (...words: string[]): number => Number.parseInt(digest(...words).slice(0, 8), 16)
