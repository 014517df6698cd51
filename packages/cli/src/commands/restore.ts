import { resolve } from 'node:path'
import { command, required, toggle } from '../command.ts'
import { runServerProgram } from '../server/program.ts'

interface Restored {
  source: string
  made: string
  version: string
  files: string[]
  ended_operations: number
}

export default command({
  summary: 'Bring back what a backup keeps',
  description:
    'Into an empty data folder, or the database that DATABASE_URL names; no server may use it. The backup is read to its end before anything is changed. Operations that were under way when it was taken are ended, not gone on with. What was made in the cloud since is reported by the next patrol, and not deleted.',
  topic: 'Servers',
  inputs: {
    source: required('<source>', 'a file, or s3://bucket/key'),
    replace: toggle('--replace', 'lose what the database holds now'),
  },
  examples: [
    { line: 'ATLAS_BACKUP_PASSPHRASE=… atlas restore atlas.backup', does: 'into the data folder here' },
    {
      line: 'DATABASE_URL=postgresql://… atlas restore s3://backups/atlas/monday',
      does: 'into a PostgreSQL of your own',
    },
  ],
  async run({ source, replace }, { env, cwd, dataDir }) {
    const where = dataDir === resolve(cwd, '.atlas') ? '' : ` --data-dir ${dataDir}`
    const words = [dataDir, source, ...(replace ? ['--replace'] : [])]
    const restored = await runServerProgram<Restored>('restore', { words, env })
    const ended = restored.ended_operations
    return {
      json: restored,
      text: () =>
        [
          `Restored what Atlas ${restored.version} kept at ${restored.made}.`,
          ...(ended > 0 ? [`${ended} operations that were under way then will be ended.`] : []),
        ].join('\n'),
      next: [
        { line: `atlas serve${where}`, does: 'start the server' },
        { line: `atlas status${where}`, does: 'see what it knows' },
      ],
    }
  },
})
