import { isAtlasError } from '@atlas/core/errors'
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js'

/** Values for programs beside words for the model: the words are the JSON where nothing better is at hand. */
export const answer = (value: object, text = JSON.stringify(value, null, 2)): CallToolResult => ({
  structuredContent: { ...value },
  content: [{ type: 'text', text }],
})

/** A refusal in the words of Atlas: an agent can mend what it says, and cannot what it does not know. */
export function refusal(error: unknown): CallToolResult {
  if (!isAtlasError(error)) throw error
  const { code, message, hint, problems } = error
  const findings = problems.map((one) =>
    [one.where, one.message, one.expected && `expected ${one.expected}`, one.hint].filter(Boolean).join(' – '),
  )
  const lines = [`${code}: ${message}`, ...findings, ...(hint === undefined ? [] : [`What to do: ${hint}`])]
  const known = { code, message, ...(hint === undefined ? {} : { hint }), ...(problems.length ? { problems } : {}) }
  // Clients hold structured content to the tool's own schema, also that of an error.
  return { isError: true, _meta: { 'atlas/error': known }, content: [{ type: 'text', text: lines.join('\n') }] }
}
