import { command } from '../command.ts'

export default command({
  summary: 'Tools for agents, by the Model Context Protocol',
  description:
    'Speaks MCP on standard input and output, for a client that starts it. An agent can look, plan, and have a plan carried out that a person has approved: in the client where it can ask, otherwise by `atlas approve`. ATLAS_MCP_APPROVAL=elsewhere asks by `atlas approve` alone, none asks nobody as long as no data is lost.',
  topic: 'Servers',
  inputs: {},
  examples: [
    { line: 'atlas mcp', does: 'what an MCP client is configured to start' },
    { line: 'ATLAS_URL=https://… ATLAS_TOKEN=… atlas mcp', does: 'for a server elsewhere' },
  ],
  printsItself: true,
  async run(_inputs, context) {
    const [{ policyOf }, { serveOnStdio }] = await Promise.all([
      import('../mcp/approval.ts'),
      import('../mcp/server.ts'),
    ])
    const policy = policyOf(context.env)
    await serveOnStdio(await context.connect(), policy)
    return {}
  },
})
