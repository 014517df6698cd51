import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { MachineError } from './errors.ts'

const exec = promisify(execFile)

/** Runs a program of this computer to its end and gives what it printed; its complaint becomes the error. */
export async function run(
  argv: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  const [file, ...args] = argv
  try {
    const { stdout } = await exec(file!, args, { maxBuffer: 64 << 20, env: systemEnv(), ...options })
    return stdout
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
