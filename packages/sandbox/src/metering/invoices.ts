import { createHash } from 'node:crypto'
import { iso } from '../clock.ts'
import type { Cloud } from '../cloud.ts'
import { type Charge, charges, closedMonths, dollars, type Month, monthOf, total } from './charges.ts'

export interface Invoice {
  uuid: string
  id: string
  month: Month
  lines: Charge[]
  amount: number
}

/** The month that runs: what has been used until now. */
export function preview(cloud: Cloud): Invoice {
  return invoice(cloud, monthOf(cloud.clock.now()))
}

/** Those of past months, the newest first. They are computed: what was used does not change any more. */
export function invoices(cloud: Cloud): Invoice[] {
  return closedMonths(cloud.usage.all(), cloud.clock.now())
    .map((month) => invoice(cloud, month))
    .reverse()
}

export function invoiceOf(cloud: Cloud, uuid: string): Invoice | undefined {
  return [preview(cloud), ...invoices(cloud)].find((each) => each.uuid === uuid)
}

function invoice(cloud: Cloud, month: Month): Invoice {
  const lines = charges(cloud.usage.all(), month, cloud.clock.now())
  const digest = createHash('sha256').update(`invoice ${month.name}`).digest('hex')
  const uuid = [
    digest.slice(0, 8),
    digest.slice(8, 12),
    `4${digest.slice(13, 16)}`,
    `8${digest.slice(17, 20)}`,
    digest.slice(20, 32),
  ]
  return { uuid: uuid.join('-'), id: month.name.replace('-', '00'), month, lines, amount: total(lines) }
}

/** `(price not known)` stands in the description of a line whose price has no source. */
const describeLine = ({ item, amount }: Charge): string =>
  amount === undefined ? `${item.description} (price not known)` : item.description

const hours = ({ seconds }: Charge): number => Math.max(1, Math.round(seconds / 3600))

export function itemShape(line: Charge) {
  const [, resourceId = ''] = line.resource.split(/:(.*)/)
  return {
    product: line.item.product,
    resource_uuid: resourceId,
    resource_id: resourceId,
    group_description: '',
    description: describeLine(line),
    amount: dollars(line.amount ?? 0),
    duration: String(hours(line)),
    duration_unit: 'Hours',
    start_time: iso(line.start),
    end_time: iso(line.end),
    project_name: '',
  }
}

export function csv({ lines }: Invoice): string {
  const head = 'product,group_description,description,hours,start,end,USD,project_name,category'
  const time = (at: number) => `${iso(at).replace('T', ' ').replace('Z', '')} +0000`
  const rows = lines.map((line) =>
    [
      line.item.product,
      '',
      describeLine(line),
      hours(line),
      time(line.start),
      time(line.end),
      `$${dollars(line.amount ?? 0)}`,
      '',
      'iaas',
    ]
      .map(quoted)
      .join(','),
  )
  return `${[head, ...rows].join('\n')}\n`
}

const quoted = (cell: string | number): string =>
  /[",\n]/.test(String(cell)) ? `"${String(cell).replaceAll('"', '""')}"` : String(cell)

/** One page of plain text: enough for a program that downloads the document. */
export function pdf(invoice: Invoice): Buffer {
  const rows = invoice.lines.map((line) => `${line.item.product}: ${describeLine(line)}  $${dollars(line.amount ?? 0)}`)
  const text = [`Invoice ${invoice.month.name}`, `Total $${dollars(invoice.amount)}`, '', ...rows]
  const shown = text.map((row) => `(${row.replace(/[^\x20-\x7e]/g, '?').replace(/[\\()]/g, '\\$&')}) Tj T*`).join('\n')
  const content = `BT /F1 10 Tf 50 780 Td 14 TL\n${shown}\nET`
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>',
  ]
  let body = '%PDF-1.4\n'
  const offsets = objects.map((object, index) => {
    const offset = body.length
    body += `${index + 1} 0 obj\n${object}\nendobj\n`
    return offset
  })
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')
  const head = `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}`
  return Buffer.from(
    `${body}${head}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${body.length}\n%%EOF\n`,
  )
}
