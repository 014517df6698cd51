import { overHttp, type Send } from '@atlas/driver-digitalocean'
import { checkedSend, type Tally } from '../../conformance/api.ts'
import { findDocument, openContract } from '../../contract/index.ts'

const document = findDocument()
const contract = document === undefined ? undefined : openContract(document)

/** Why nothing is held against the official document, where it is not here. */
export const unchecked = contract ? undefined : 'the official document is not here (ATLAS_SPECS, or ../shared/specs)'

export interface Checked {
  /** For a driver: sends, and holds request and answer against the official document. */
  send: Send
  tally: Tally
}

export function checked(): Checked {
  const tally: Tally = { operations: new Set(), checked: 0, violations: [] }
  return { tally, send: contract ? checkedSend(contract, tally) : overHttp }
}
