import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'
import manifest from '../package.json' with { type: 'json' }

// Types are stripped once, not at every start. In the checkout, because a cache in /tmp could be another user's.
enableCompileCache(fileURLToPath(new URL('../../../node_modules/.cache/atlas', import.meta.url)))

if (['--version', '-V'].includes(process.argv[2] ?? '')) {
  process.stdout.write(`${manifest.version}\n`)
} else {
  // A reader that has seen enough (`atlas status | head`) is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))
  const { run } = await import('./run.ts')
  const { argv, env, stdin, stdout, stderr } = process
  process.exitCode = await run({ argv: argv.slice(2), env, cwd: process.cwd(), stdin, stdout, stderr })
}
