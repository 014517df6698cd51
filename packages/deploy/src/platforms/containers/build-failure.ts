const shown = 20

/** Of what a builder said, where it failed and its last lines. */
export interface BuildFailure {
  /** Counts from 1; `undefined` where the builder does not say. */
  line: number | undefined
  lines: string
}

/**
 * BuildKit names the line. Docker's older builder and Podman name the step, as `Step 3/5 : RUN …`: it is looked for in
 * the Containerfile.
 */
export function failureOf(said: string, containerfile: string): BuildFailure {
  const clean = said.replace(/^DEPRECATED: The legacy builder[\s\S]*?\n\n/, '')
  const named = /^(?:\S*(?:Containerfile|Dockerfile)\S*):(\d+)\n-{5,}/m.exec(clean)?.[1]
  const parsed = /parse error(?: on)? line (\d+)/i.exec(clean)?.[1]
  const told = named ?? parsed
  const line = told === undefined ? lineOfStep(lastStep(clean), containerfile) : Number(told)
  return { line, lines: clean.trimEnd().split('\n').slice(-shown).join('\n').trim() }
}

const lastStep = (said: string): string | undefined =>
  [...said.matchAll(/^step \d+\/\d+ ?: (.+)$/gim)].at(-1)?.[1]?.trim()

/** A builder shows an instruction with its continued lines joined; it is where its first line is. */
function lineOfStep(step: string | undefined, containerfile: string): number | undefined {
  if (step === undefined) return undefined
  const words = (text: string) => text.trim().split(/\s+/).join(' ').toLowerCase()
  const lines = containerfile.split('\n')
  let first = 0
  let whole = ''
  for (const [n, line] of lines.entries()) {
    if (line.trimStart().startsWith('#')) continue
    if (whole === '') first = n + 1
    whole += ` ${line.replace(/\\\s*$/, '')}`
    if (/\\\s*$/.test(line)) continue
    if (words(whole) === words(step)) return first
    whole = ''
  }
  return undefined
}
