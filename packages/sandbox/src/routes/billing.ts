import { iso } from '../clock.ts'
import type { Cloud } from '../cloud.ts'
import { notFound } from '../http/errors.ts'
import { page } from '../http/page.ts'
import { type App, param } from '../http/validation.ts'
import { dollars } from '../metering/charges.ts'
import { csv, type Invoice, invoiceOf, invoices, itemShape, pdf, preview } from '../metering/invoices.ts'

/** Computed from metered use. An invoice is paid when its month is over, so that only the running month is owed. */
export function billingRoutes(app: App, cloud: Cloud): void {
  const base = '/v2/customers/my'
  app.get(`${base}/balance`, async () => {
    const usage = dollars(preview(cloud).amount)
    return {
      month_to_date_balance: usage,
      account_balance: '0.00',
      month_to_date_usage: usage,
      generated_at: iso(cloud.clock.now()),
    }
  })

  app.get(`${base}/billing_history`, async (request) => {
    const entries = invoices(cloud).flatMap((invoice) => [
      historyEntry(invoice, 'Payment'),
      historyEntry(invoice, 'Invoice'),
    ])
    return page(request, 'billing_history', entries, (entry) => entry)
  })

  app.get(`${base}/invoices`, async (request) => ({
    ...page(request, 'invoices', invoices(cloud), shape),
    invoice_preview: { ...shape(preview(cloud)), updated_at: iso(cloud.clock.now()) },
  }))

  app.get(`${base}/invoices/:uuid`, async (request) =>
    page(request, 'invoice_items', found(cloud, request).lines, itemShape),
  )
  app.get(`${base}/invoices/:uuid/summary`, async (request) => summary(found(cloud, request)))
  app.get(`${base}/invoices/:uuid/csv`, async (request, reply) => {
    const invoice = found(cloud, request)
    const file = `attachment; filename="DigitalOcean Invoice ${invoice.month.name}.csv"`
    return reply.header('content-disposition', file).type('text/csv').send(csv(invoice))
  })
  app.get(`${base}/invoices/:uuid/pdf`, async (request, reply) => {
    const invoice = found(cloud, request)
    const file = `attachment; filename="DigitalOcean Invoice ${invoice.month.name}.pdf"`
    return reply.header('content-disposition', file).type('application/pdf').send(pdf(invoice))
  })
}

/** @throws ApiError 404 */
function found(cloud: Cloud, request: { params: unknown }): Invoice {
  const invoice = invoiceOf(cloud, param(request, 'uuid'))
  if (!invoice) throw notFound()
  return invoice
}

function shape({ uuid, id, month, amount }: Invoice) {
  return {
    invoice_uuid: uuid,
    invoice_id: id,
    amount: dollars(amount),
    invoice_period: month.name,
    updated_at: iso(month.end),
  }
}

function historyEntry({ uuid, id, month, amount }: Invoice, type: 'Invoice' | 'Payment') {
  return {
    description: type === 'Invoice' ? `Invoice for ${month.name}` : 'Payment (sandbox)',
    amount: type === 'Invoice' ? dollars(amount) : dollars(-amount),
    invoice_id: id,
    invoice_uuid: uuid,
    date: iso(month.end),
    type,
  }
}

function summary({ uuid, id, month, amount, lines }: Invoice) {
  const products = [...new Set(lines.map(({ item }) => item.product))]
  const items = products.map((name) => {
    const own = lines.filter(({ item }) => item.product === name)
    return { name, amount: dollars(own.reduce((sum, line) => sum + (line.amount ?? 0), 0)), count: String(own.length) }
  })
  const nothing = (name: string) => ({ name, amount: '0.00' })
  const stamp = iso(month.start)
  const address = { address_line1: '', city: '', region: '', postal_code: '', country_iso2_code: 'US' }
  return {
    invoice_uuid: uuid,
    invoice_id: id,
    billing_period: month.name,
    amount: dollars(amount),
    user_name: 'Sandbox',
    user_billing_address: { ...address, created_at: stamp, updated_at: stamp },
    user_company: '',
    user_email: 'sandbox@localhost.localdomain',
    product_charges: { name: 'Product usage charges', amount: dollars(amount), items },
    overages: nothing('Overages'),
    taxes: nothing('Taxes'),
    credits_and_adjustments: nothing('Credits & adjustments'),
  }
}
