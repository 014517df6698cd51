import { table } from '../show/table.ts'
import type { Colours } from '../terminal.ts'
import type { Fault } from './admin.ts'

const shown = new Set(['id', 'kind', 'hits'])

export const showFaults = (faults: readonly Fault[], colours: Colours): string =>
  faults.length === 0
    ? 'The sandbox behaves.'
    : table(
        faults,
        [
          { head: 'id', cell: ({ id }) => String(id), right: true },
          { head: 'kind', cell: ({ kind }) => kind },
          { head: 'how', cell: parameters },
          { head: 'hits', cell: ({ hits }) => String(hits ?? ''), right: true },
        ],
        colours,
      )

const parameters = (fault: Fault) =>
  Object.entries(fault)
    .filter(([name, value]) => !shown.has(name) && value !== undefined)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')
