import { randomInt } from 'node:crypto'

const digits = '0123456789'
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** What values are generated of. None has a character that means something to a shell, a URL or JSON but `printable`. */
export const alphabets = {
  'letters-digits': letters + digits,
  hex: '0123456789abcdef',
  'url-safe': `${letters + digits}-_`,
  printable: Array.from({ length: 94 }, (_, n) => String.fromCharCode(33 + n)).join(''),
}

export type Alphabet = keyof typeof alphabets

export const alphabetsInWords =
  '`letters-digits`: A-Z, a-z and 0-9; `hex`: 0-9 and a-f; `url-safe`: letters, digits, - and _; `printable`: ASCII from ! to ~'

/** Each character by chance, every one as likely, from the system's source of randomness. */
export function generated({ length, alphabet }: { length: number; alphabet: Alphabet }): string {
  const characters = alphabets[alphabet]
  return Array.from({ length }, () => characters[randomInt(characters.length)]).join('')
}
