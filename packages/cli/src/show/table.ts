import Table from 'cli-table3'
import type { Colours } from '../terminal.ts'
import { harmless } from './text.ts'

export interface Column<Row> {
  head: string
  cell(row: Row): string
  right?: boolean
  /** Colours the text; applied after alignment, so that widths stay right. */
  paint?(text: string, row: Row): string
}

const noBorders = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '   ',
}

/** Columns without lines between them, for eyes and for `awk` alike. */
export function table<Row>(rows: readonly Row[], columns: readonly Column<NoInfer<Row>>[], { dim }: Colours): string {
  const lines = new Table({
    chars: noBorders,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
    colAligns: columns.map(({ right }) => (right ? 'right' : 'left')),
  })
  lines.push(columns.map(({ head }) => dim(head.toUpperCase())))
  for (const row of rows) {
    lines.push(
      columns.map(({ cell, paint = (text) => text }) => {
        const text = harmless(cell(row))
        return text === '' ? '' : paint(text, row)
      }),
    )
  }
  return lines
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
}
