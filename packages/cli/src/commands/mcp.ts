import { command } from '../command.ts'

export default command({
  summary: 'Tools for agents, by the Model Context Protocol',
  description:
    'Speaks MCP on standard input and output, for a client that starts it. An agent can look, plan, and have a plan carried out that a person has approved: `atlas approve`. With the token of an admin, such as that of a server on this folder, the agent is given a token of its own, which ends with the command.',
  topic: 'Servers',
  inputs: {},
  examples: [
    { line: 'atlas mcp', does: 'what an MCP client is configured to start' },
    { line: 'ATLAS_URL=https://… ATLAS_TOKEN=… atlas mcp', does: 'for a server elsewhere' },
  ],
  printsItself: true,
  async run(_inputs, context) {
    const { serveOnStdio } = await import('../mcp/stdio.ts')
    await serveOnStdio(await context.connect())
    return {}
  },
})
