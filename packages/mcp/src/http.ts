import type { Client } from '@atlas/client'
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'
import { mcpServer } from './server.ts'

/**
 * Answers one request of the streamable HTTP transport. Nothing is kept from one to the next, so whichever server a
 * request reaches can answer it. Answers are JSON: no tool has more to say than its result.
 */
export async function answerOverHttp(client: Client, request: Request, parsedBody: unknown): Promise<Response> {
  const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true })
  const mcp = mcpServer(client)
  await mcp.connect(transport)
  try {
    return await transport.handleRequest(request, { parsedBody })
  } finally {
    await mcp.close()
  }
}
