import { AtlasError } from '@atlas/core'

export const refused = (name: string, code: number | string, said: string) =>
  new AtlasError('machine_refused', `A command on ${name} ended with ${code}: ${lastLines(said)}`)

export const tookTooLong = (name: string, ms: number) =>
  new AtlasError('machine_refused', `A command on ${name} was still running after ${Math.round(ms / 1000)} s.`)

export const lastLines = (text: string, count = 20): string =>
  text.trimEnd().split('\n').slice(-count).join('\n').trim()
