import { openSnapshot } from '@atlas/store'
import { backupBytes } from '../backup/backup.ts'
import { withDatabase } from '../backup/database.ts'
import { placeOf } from '../backup/place.ts'
import { readEnvironment } from '../settings/environment.ts'
import { answer } from './answer.ts'

// For `atlas backup`: data folder and target are the arguments, the passphrase is in the environment.
const [dataDir = '', target = ''] = process.argv.slice(2)
const passphrase = process.env.ATLAS_BACKUP_PASSPHRASE || undefined

await answer(async () => {
  const environment = readEnvironment(process.env)
  const place = placeOf(target, process.env)
  return withDatabase({ dataDir, environment, alone: false }, async (url) => {
    const snapshot = await openSnapshot(url)
    try {
      const { bytes, manifest } = backupBytes({ snapshot, dataDir, passphrase })
      const size = await place.write(bytes)
      const { tables, files } = manifest()
      return {
        target,
        bytes: size,
        tables: tables.length,
        files: files.map(({ name }) => name),
        sealed: passphrase !== undefined,
      }
    } finally {
      await snapshot.close()
    }
  })
})
