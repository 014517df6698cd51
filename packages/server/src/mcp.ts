import type { AnswerMcp } from '@atlas/api'
import { createClient } from '@atlas/client'

/**
 * Agents over HTTP have the tools that `atlas mcp` has, by the API of this server and with the token that they have sent.
 * Nothing of that is loaded before the first one asks.
 */
export const answerMcp: AnswerMcp = async ({ request, body, token, workspace, fetch }) => {
  const { answerOverHttp } = await import('@atlas/mcp')
  const client = createClient({ url: 'http://atlas', token, fetch, ...(workspace !== undefined && { workspace }) })
  return answerOverHttp(client, request, body)
}
