import { createColors } from 'picocolors'

export type Colours = ReturnType<typeof createColors>

/** What the place we print to can do. */
export interface Terminal {
  colours: Colours
  /** Lines can be redrawn, so progress may move. */
  redraws: boolean
  /** Somebody can answer a question. */
  asks: boolean
  columns: number
}

interface Place {
  env: NodeJS.ProcessEnv
  stdin: { isTTY?: boolean }
  stdout: { isTTY?: boolean; columns?: number }
}

/** Colours only on a terminal, unless NO_COLOR or FORCE_COLOR (https://no-color.org, https://force-color.org) say else. */
export function inspectTerminal({ env, stdin, stdout }: Place): Terminal {
  const onTerminal = stdout.isTTY === true && env.TERM !== 'dumb'
  const forced = env.FORCE_COLOR !== undefined && !['', '0', 'false'].includes(env.FORCE_COLOR)
  return {
    colours: createColors(!env.NO_COLOR && (forced || onTerminal)),
    redraws: onTerminal && !env.CI,
    asks: stdin.isTTY === true && onTerminal,
    columns: stdout.columns ?? 100,
  }
}
