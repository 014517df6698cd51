import { renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type Logger, pino } from 'pino'

export type { Logger }

/** A log file that has grown past this is set aside at the next start. Bytes. */
const rotateAt = 16 * 1024 * 1024

/** Words that must not leave the process; the set may grow while it runs. */
export type Secrets = Set<string>

/**
 * The server's log, JSON lines in DIR/server.log (mode 0600). Names that hold secrets are cut out, and whatever
 * contains one of the known secrets has it replaced, wherever it stands: in a message, a URL, an error of a library.
 */
export function openLog(dataDir: string, level: string, secrets: Secrets): Logger {
  const file = join(dataDir, 'server.log')
  setAside(file)
  return pino(
    {
      level,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: secretNames.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[redacted]' },
      hooks: { streamWrite: (line) => withoutSecrets(line, secrets) },
    },
    // Synchronous: the line that explains a crash is written before the crash.
    pino.destination({ dest: file, mode: 0o600, sync: true }),
  )
}

const secretNames = ['authorization', 'token', 'password', 'private_key', 'privateKey', 'user_data', 'userData']

/** Replaces every secret in a text, also where it is quoted as JSON or escaped for a URL. */
export function withoutSecrets(text: string, secrets: Iterable<string>): string {
  let clean = text
  for (const secret of secrets)
    for (const form of new Set([secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]))
      clean = clean.replaceAll(form, '[redacted]')
  return clean
}

function setAside(file: string): void {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0
  if (size > rotateAt) renameSync(file, `${file}.1`)
}
