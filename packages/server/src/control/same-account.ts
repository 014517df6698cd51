import { AtlasError } from '@atlas/core'
import type { Remembered } from '@atlas/store'

/** Ids of one account mean nothing in another, so nothing is looked up and nothing can be made twice. */
export function refuseOtherAccount(name: string, remembered: Remembered | undefined, account: string): void {
  if (!remembered || remembered.owned.length === 0 || remembered.account === account) return
  throw new AtlasError(
    'account_mismatch',
    `${name} lives in ${remembered.account}; the credential is for ${account}.`,
    {
      hint: `use the credential of ${remembered.account}, or give this one another name, or another folder with --data-dir`,
    },
  )
}
