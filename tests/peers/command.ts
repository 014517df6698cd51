import { spawn } from 'node:child_process'

export interface Outcome {
  /** Absent where it was ended because it took too long. */
  code: number | null
  stdout: string
  stderr: string
}

/** Runs a program to its end, at most `seconds`. @throws Error where it cannot be started */
export function run(
  file: string,
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string | undefined>; seconds: number },
): Promise<Outcome> {
  const { cwd, env, seconds } = options
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: seconds * 1000,
      killSignal: 'SIGKILL',
    })
    const outcome: Outcome = { code: null, stdout: '', stderr: '' }
    child.stdout.setEncoding('utf8').on('data', (text) => (outcome.stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text) => (outcome.stderr += text))
    child.once('error', reject)
    child.once('close', (code) => resolve({ ...outcome, code }))
  })
}

/** The last lines of what a program said, for a report. */
export const tail = ({ stdout, stderr }: Outcome, lines = 12): string =>
  `${stdout}\n${stderr}`.trim().split('\n').slice(-lines).join('\n')
