import type { Client } from '@atlas/client'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { changeTools } from './changes.ts'
import { lookTools } from './looks.ts'

const instructions = `Atlas changes cloud infrastructure by plans. Call \`plan\`, show the plan to the person, then call \`apply\` with its hash.
Where a person has to approve the plan, \`apply\` asks for that; call it again once they have. A plan can be stale: plan again and show what is different. Loss of data is for a person to agree to, never for you.`

/** Tools for agents over a client of the API: all that they can do, they do by the token of that client. */
export function mcpServer(client: Client): McpServer {
  const mcp = new McpServer({ name: 'atlas', title: 'Atlas', version: '0.1.0' }, { instructions })
  lookTools(mcp, client)
  changeTools(mcp, client)
  return mcp
}
