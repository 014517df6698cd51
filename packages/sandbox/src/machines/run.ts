import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { MachineError } from './errors.ts'

const exec = promisify(execFile)

/** Runs a program of this computer to its end, with `input` on its standard input, and gives what it printed; its complaint becomes the error. */
export async function run(argv: readonly string[], { input = '' }: { input?: string } = {}): Promise<string> {
  const [file, ...args] = argv
  try {
    const running = exec(file!, args, { maxBuffer: 64 << 20, env: systemEnv() })
    running.child.stdin?.on('error', () => {}).end(input)
    return (await running).stdout
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string }
    throw new MachineError('failed', `${argv.slice(0, 3).join(' ')}: ${stderr?.trim() || message}`, error)
  }
}

/** mount, ip and pivot_root are in sbin, which an ordinary user's PATH may lack. Messages in English: some are read. */
export const systemEnv = (): NodeJS.ProcessEnv => ({
  ...process.env,
  PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin:/usr/bin:/bin`,
  LC_ALL: 'C',
})
