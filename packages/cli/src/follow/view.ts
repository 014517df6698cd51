import type { Terminal } from '../terminal.ts'
import { counted, finished, type Progress, type StepProgress, stepLine } from './progress.ts'

/** Where progress is shown. */
export interface View {
  show(progress: Progress, changed?: StepProgress): void
  end(): void
}

export const silent: View = { show: () => {}, end: () => {} }

/** A line for each step that ends, for pipes and logs. */
export function plainView(say: (line: string) => void, { colours }: Terminal): View {
  return {
    show: (_progress, changed) => {
      if (changed && (finished(changed) || changed.note !== '')) say(markedLine(changed, colours, Date.now()))
    },
    end: () => {},
  }
}

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const shownAtOnce = 8

/** Steps that ended stay as lines; those that run are redrawn below them. */
export async function liveView(stdout: NodeJS.WriteStream, { colours }: Terminal): Promise<View> {
  const { createLogUpdate } = await import('log-update')
  const area = createLogUpdate(stdout)
  let latest: Progress = { steps: [] }
  let frame = 0
  const draw = () => {
    frame += 1
    area(liveText(latest, frames[frame % frames.length]!, colours, Date.now()))
  }
  const timer = setInterval(draw, 100)
  return {
    show: (progress, changed) => {
      latest = progress
      if (changed && finished(changed)) area.persist(markedLine(changed, colours, Date.now()))
      draw()
    },
    end: () => {
      clearInterval(timer)
      area.clear()
      area.done()
    },
  }
}

/** What is redrawn: the running steps and a count. */
export function liveText(progress: Progress, spinner: string, colours: Terminal['colours'], now: number): string {
  const running = progress.steps.filter(({ status }) => status === 'running')
  const lines = running.slice(0, shownAtOnce).map((step) => `${colours.cyan(spinner)} ${stepLine(step, now)}`)
  if (running.length > shownAtOnce) lines.push(colours.dim(`  and ${running.length - shownAtOnce} more`))
  const { ended, all } = counted(progress)
  lines.push(colours.dim(`  ${ended} of ${all} steps`))
  return lines.join('\n')
}

function markedLine(step: StepProgress, { green, red, yellow, dim }: Terminal['colours'], now: number): string {
  const line = stepLine(step, now)
  if (step.status === 'done') return `${green('✓')} ${line}`
  if (step.status === 'failed') return `${red('✗')} ${line}`
  return step.status === 'skipped' ? dim(`- ${line}`) : `${yellow('…')} ${line}`
}
