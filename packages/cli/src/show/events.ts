import type { CloudEvent, JsonObject } from '@atlas/core'
import type { Colours } from '../terminal.ts'
import { duration, harmless } from './text.ts'

/** One line: when, what, where, and what it says of itself in words. */
export function eventLine(event: CloudEvent, { dim, red, green }: Colours): string {
  const { time, type, infrastructure = '', id } = event
  const paint = type.endsWith('.failed') ? red : type.startsWith('infrastructure.') ? green : (text: string) => text
  const words = [paint(type.padEnd(24)), infrastructure, wordsOf(event)].filter((word) => word !== '')
  return (
    harmless(`${time.replace('T', ' ').replace(/\.\d+Z$/, '')}  `) +
    `${words.map(harmless).join('  ')}  ${dim(`#${id}`)}`
  )
}

/** The few members that events have for people, in this order. */
const telling = ['resource', 'type', 'kind', 'host', 'reason', 'message', 'error']

function wordsOf({ type, data }: CloudEvent): string {
  if (data === null || typeof data !== 'object' || Array.isArray(data)) return ''
  if (type.startsWith('target.')) return wordsOfTarget(data)
  const said = telling.map((name) => data[name]).map((value) => (isError(value) ? value.message : value))
  return said.filter((word): word is string => typeof word === 'string').join(' ')
}

/** Which instance; the reason that it was out for is that of the time before, once it is back. */
function wordsOfTarget({ project, environment, service, machine, reason, outMs }: JsonObject): string {
  const why = typeof outMs === 'number' ? `was out for ${duration(outMs)}: ${reason}` : `${reason}`
  return `${project} ${environment} ${service} on ${machine}: ${why}`
}

const isError = (value: unknown): value is { message: string } =>
  typeof value === 'object' && value !== null && typeof (value as { message?: unknown }).message === 'string'
