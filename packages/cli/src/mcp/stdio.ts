import { once } from 'node:events'
import { type Client, createClient } from '@atlas/client'
import { mcpServer } from '@atlas/mcp'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { agentToken } from './agent-token.ts'

/** Speaks on standard input and output until the client closes them. */
export async function serveOnStdio(client: Client): Promise<void> {
  const own = await agentToken(client)
  const { url } = client.connection
  const mcp = mcpServer(own ? createClient({ url, token: own.secret }) : client)
  try {
    await mcp.connect(new StdioServerTransport())
    await once(process.stdin, 'end')
    await mcp.close()
  } finally {
    await own?.revoke()
  }
}
