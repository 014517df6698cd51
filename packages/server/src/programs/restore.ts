import { openLoading } from '@atlas/store'
import { withDatabase } from '../backup/database.ts'
import { readHeadline } from '../backup/envelope.ts'
import { placeOf } from '../backup/place.ts'
import { readManifest, restoreInto } from '../backup/restore.ts'
import { readEnvironment } from '../settings/environment.ts'
import { answer } from './answer.ts'

// For `atlas restore`: data folder and source are the arguments, and `--replace`; the passphrase is in the environment.
const [dataDir = '', source = '', replace] = process.argv.slice(2)
const passphrase = process.env.ATLAS_BACKUP_PASSPHRASE || undefined

await answer(async () => {
  const environment = readEnvironment(process.env)
  return placeOf(source, process.env).read(async (file) => {
    const { head } = await readHeadline(file)
    const manifest = await readManifest(file, passphrase)
    return withDatabase({ dataDir, environment, alone: true }, async (url) => {
      const loading = await openLoading(url, { migrations: manifest.migrations, replace: replace === '--replace' })
      const { ended } = await restoreInto(loading, { file, passphrase, dataDir, manifest })
      const files = manifest.files.map(({ name }) => name)
      return { source, made: head.made, version: head.version, files, ended_operations: ended }
    })
  })
})
