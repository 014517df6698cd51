import { command } from '../../command.ts'
import { findSandbox, sandboxAdmin } from '../../sandbox/admin.ts'
import { table } from '../../show/table.ts'

export default command({
  summary: 'What the sandbox is, its machines, and what does not take effect here',
  topic: 'Servers',
  inputs: {},
  examples: [{ line: 'atlas sandbox info', does: 'backend, isolation, machines' }],
  async run(_values, { dataDir, terminal }) {
    const connection = findSandbox(dataDir)
    const info = await sandboxAdmin(connection).info()
    const { colours } = terminal
    const machines = () =>
      table(
        info.droplets,
        [
          { head: 'id', cell: ({ id }) => String(id), right: true },
          { head: 'name', cell: ({ name }) => name },
          { head: 'status', cell: ({ status }) => status },
          { head: 'ssh', cell: ({ ssh }) => `${ssh.user}@${ssh.host}:${ssh.port}` },
        ],
        colours,
      )
    return {
      json: { url: connection.url, ...info },
      text: () =>
        [
          `Sandbox at ${connection.url}, machines: ${colours.bold(info.backend)}`,
          info.isolation,
          ...(info.droplets.length > 0 ? ['', machines()] : []),
          ...(info.not_in_effect.length > 0
            ? ['', 'Not in effect here:', ...info.not_in_effect.map((one) => `  ${one}`)]
            : []),
        ].join('\n'),
      next: [{ line: 'atlas sandbox faults add --kind latency --ms 500', does: 'make every answer slow' }],
    }
  },
})
