import { type At, run } from '../machine/fenced.ts'
import type { Challenges } from './prove.ts'

/** Where `server.conf` of nginx has answers looked for. Everybody may read them: they prove nothing to anyone else. */
const folder = '/var/lib/atlas/acme/.well-known/acme-challenge'

/** $1 token; the answer on standard input. */
const putScript = `mkdir -p ${folder}
cat > "${folder}/$1"
`
const removeScript = `rm -f "${folder}/$1"
`

/** Answers to challenges are served by nginx on the machine, which is not reloaded for it. */
export const challengesOn = (at: At): Challenges => ({
  put: (token, answer) => run(at, putScript, [checked(token)], { input: answer }),
  remove: (token) => run(at, removeScript, [checked(token)]),
})

/** RFC 8555, 8.3: base64url. It becomes the name of a file. */
function checked(token: string): string {
  if (/^[\w-]+$/.test(token)) return token
  throw new Error(`the authority's token is none: ${JSON.stringify(token)}`)
}
