/** USD with two decimals; a dash where no price is known. */
export const money = (usd: number | null): string => (usd === null ? '–' : `$${usd.toFixed(2)}`)

/** `+$24.00`, `-$6.00`, `±$0.00`: USD a month. */
export const moneyChange = (usd: number): string => `${usd > 0 ? '+' : usd < 0 ? '-' : '±'}$${Math.abs(usd).toFixed(2)}`

export const plural = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`

/** `0.4 s`, `12 s`, `3 min 5 s`. */
export function duration(ms: number): string {
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}

/** How long ago, in the largest unit: `12 s ago`, `3 h ago`. */
export function ago(iso: string, now: number): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(iso)) / 1000))
  const units = [
    [86_400, 'd'],
    [3_600, 'h'],
    [60, 'min'],
    [1, 's'],
  ] as const
  const [size, unit] = units.find(([size]) => seconds >= size) ?? [1, 's']
  return `${Math.floor(seconds / size)} ${unit} ago`
}

/** What a control character would do to a terminal is not for a server, a cloud or a file to decide. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that it takes out
export const harmless = (foreign: string): string => foreign.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '�')
