import type { Transfer } from './transfer.ts'

// Apart from the prices, which are large: a program that only shows plans does not load them.

/** `Outbound transfer a month: 6,000 GiB included, $0.01 for each GiB beyond` */
export function transferSentence({ includedGb, expectedGb, perGbBeyond, monthly }: Transfer): string {
  const expected = expectedGb === undefined ? '' : `${gib(expectedGb)} expected, `
  const beyond =
    expectedGb === undefined || monthly === null
      ? `$${perGbBeyond} for each GiB beyond`
      : monthly > 0
        ? `$${monthly.toFixed(2)} for what is beyond`
        : 'nothing beyond'
  return `Outbound transfer a month: ${expected}${included(includedGb)}, ${beyond}`
}

export const included = (gb: number | null) =>
  gb === null ? 'it is not known how much is included' : `${gib(gb)} included`

export const gib = (amount: number) => `${amount.toLocaleString('en-US')} GiB`
