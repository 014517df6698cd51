// A program that starts PostgreSQL, says so in one JSON line, and stays until it is killed or its input ends.
import { PostgresError, startPostgres } from './index.ts'

try {
  const postgres = await startPostgres(JSON.parse(process.argv[2]!))
  process.stdout.write(`${JSON.stringify({ url: postgres.url, port: postgres.port, pid: postgres.pid })}\n`)
  process.stdin.resume().once('end', () => postgres.stop())
} catch (error) {
  const { code, message, hint } = error as PostgresError
  process.stdout.write(`${JSON.stringify({ code, message, hint })}\n`)
  process.exitCode = 1
  if (!(error instanceof PostgresError)) throw error
}
