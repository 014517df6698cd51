import { command, required } from '../command.ts'
import { runServerProgram } from '../server/program.ts'

interface Made {
  target: string
  bytes: number
  tables: number
  files: string[]
  sealed: boolean
}

export default command({
  summary: 'Keep all that Atlas knows, in a file or an S3-compatible store',
  description:
    'Takes the database as it is at one moment, while a server goes on or without one. With ATLAS_BACKUP_PASSPHRASE the backup is sealed, and holds the keys of the data folder too; without it, neither. s3:// reads AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION and AWS_ENDPOINT_URL_S3.',
  topic: 'Servers',
  inputs: { target: required('<target>', 'a file, or s3://bucket/key') },
  examples: [
    { line: 'ATLAS_BACKUP_PASSPHRASE=… atlas backup atlas.backup', does: 'everything, sealed' },
    { line: 'ATLAS_BACKUP_PASSPHRASE=… atlas backup s3://backups/atlas/monday', does: 'the same, into a bucket' },
  ],
  async run({ target }, { env, dataDir }) {
    const made = await runServerProgram<Made>('backup', { words: [dataDir, target], env })
    const keys = made.sealed
      ? `Sealed, with ${made.files.length === 0 ? 'no keys' : made.files.join(', ')} of the data folder.`
      : 'Not sealed, and without keys: set ATLAS_BACKUP_PASSPHRASE for both, or keep vault.key and token yourself.'
    return {
      json: made,
      text: () => `${made.tables} tables, ${made.bytes} bytes, in ${made.target}\n${keys}`,
      next: [{ line: `atlas restore ${target} --data-dir <empty folder>`, does: 'try whether it can be restored' }],
    }
  },
})
