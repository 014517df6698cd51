import type { Api } from '../api.ts'
import { nobody } from './given.ts'

interface Invoices {
  invoices: { invoice_uuid: string }[]
  invoice_preview: { invoice_uuid: string }
}

export async function billing(api: Api): Promise<void> {
  await api.get('/v2/customers/my/balance')
  await api.get('/v2/customers/my/billing_history')
  const { invoice_preview } = await api.get<Invoices>('/v2/customers/my/invoices')
  const path = `/v2/customers/my/invoices/${invoice_preview.invoice_uuid}`
  await api.get(`${path}?per_page=5`)
  await api.get(`${path}/summary`)
  await api.get(`${path}/csv`)
  await api.get(`${path}/pdf`)
  for (const part of ['', '/summary', '/csv', '/pdf']) await api.get(`/v2/customers/my/invoices/${nobody}${part}`, 404)
}
