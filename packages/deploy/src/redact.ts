/** Shorter lines of a secret of several lines say little, and would black out half of a text. */
const tellingLine = 8

/** A text that a program printed, with every secret taken out: as it is, line by line, in URLs and in base64. */
export function redacted(text: string, secrets: readonly string[]): string {
  const forms = secrets.filter((secret) => secret !== '').flatMap(formsOf)
  const longestFirst = [...new Set(forms)].sort((one, other) => other.length - one.length)
  return longestFirst.reduce((left, form) => left.replaceAll(form, '[secret]'), text)
}

const formsOf = (secret: string): string[] => [
  secret,
  encodeURIComponent(secret),
  Buffer.from(secret).toString('base64'),
  ...secret.split('\n').filter((line) => line !== secret && line.trim().length >= tellingLine),
]
