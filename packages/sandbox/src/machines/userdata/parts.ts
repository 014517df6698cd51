/** One piece of user data: a script, or a cloud-config document. */
export type Part = { kind: 'script' | 'cloud-config'; text: string } | { kind: 'unknown'; text: string; why: string }

/** User data as cloud-init reads it: told by its first line, or several pieces in one MIME message. */
export function partsOf(userData: string): Part[] {
  const text = userData.trimStart()
  if (text.startsWith('#!')) return [{ kind: 'script', text }]
  if (/^#cloud-config\b/.test(text)) return [{ kind: 'cloud-config', text }]
  const boundary = /^content-type:\s*multipart\/[^;]+;(?:.|\n\s)*?boundary="?([^"\s;]+)"?/im.exec(
    text.split(/\r?\n\r?\n/)[0]!,
  )
  if (boundary) return piecesOf(text, boundary[1]!).flatMap(pieceOf)
  const first = text.split('\n')[0]!.slice(0, 60)
  return text === '' ? [] : [{ kind: 'unknown', text, why: `it starts with "${first}", not with #! or #cloud-config` }]
}

const piecesOf = (text: string, boundary: string): string[] =>
  text
    .split(`--${boundary}`)
    .slice(1)
    .filter((piece) => !piece.startsWith('--'))
    .map((piece) => piece.replace(/^\r?\n/, ''))

function pieceOf(piece: string): Part[] {
  const [, head = '', body = ''] = /^((?:.+\r?\n)*)\r?\n([\s\S]*)$/.exec(piece) ?? []
  const plain = /^content-transfer-encoding:\s*base64/im.test(head) ? Buffer.from(body, 'base64').toString() : body
  const type = /^content-type:\s*([^\s;]+)/im.exec(head)?.[1] ?? ''
  if (type === 'text/cloud-config') return [{ kind: 'cloud-config', text: plain }]
  if (type === 'text/x-shellscript') return [{ kind: 'script', text: plain.trimStart() }]
  return plain.startsWith('#')
    ? partsOf(plain)
    : [{ kind: 'unknown', text: plain, why: `its type is ${type || 'not given'}` }]
}
