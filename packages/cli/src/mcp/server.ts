import { once } from 'node:events'
import type { Client } from '@atlas/client'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import type { Policy } from './approval.ts'
import { changeTools } from './changes.ts'
import { lookTools } from './looks.ts'

const instructions = `Atlas changes cloud infrastructure by plans. Call \`plan\`, show the plan to the person, then call \`apply\` with its hash.
A plan can be stale: plan again and show what is different. Loss of data is for a person to agree to, never for you.`

/** Tools for agents over a client of the API: all that they can do, they do by the token of that client. */
export function mcpServer(client: Client, policy: Policy): McpServer {
  const mcp = new McpServer({ name: 'atlas', title: 'Atlas', version: '0.1.0' }, { instructions })
  lookTools(mcp, client)
  changeTools(mcp, client, policy)
  return mcp
}

/** Speaks on standard input and output until the client closes them. */
export async function serveOnStdio(client: Client, policy: Policy): Promise<void> {
  const mcp = mcpServer(client, policy)
  await mcp.connect(new StdioServerTransport())
  await once(process.stdin, 'end')
  await mcp.close()
}
