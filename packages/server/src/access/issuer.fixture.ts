import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, type GenerateKeyPairResult, generateKeyPair, type JWTPayload, SignJWT } from 'jose'

interface Minted {
  alg?: string
  kid?: string
  /** Signs with a key that the issuer does not publish. */
  forged?: boolean
  expiresIn?: number
}

/** An OpenID Connect issuer on this computer: discovery, keys, and tokens with whatever claims. */
export async function localIssuer() {
  const keys = new Map<string, GenerateKeyPairResult>()
  const foreign = await generateKeyPair('RS256')
  const asked = { discovery: 0, keys: 0 }
  const server = createServer(async (request, response) => {
    const answer = (value: object) => response.setHeader('content-type', 'application/json').end(JSON.stringify(value))
    if (request.url === '/.well-known/openid-configuration') {
      asked.discovery += 1
      answer({ issuer, jwks_uri: `${issuer}/keys` })
    } else {
      asked.keys += 1
      const published = [...keys].map(async ([kid, { publicKey }]) => ({ ...(await exportJWK(publicKey)), kid }))
      answer({ keys: await Promise.all(published) })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  const publish = async (kid: string, alg = 'RS256') => void keys.set(kid, await generateKeyPair(alg))
  await publish('one')
  return {
    url: issuer,
    asked,
    publish,
    async token(claims: JWTPayload, { alg = 'RS256', kid = 'one', forged = false, expiresIn = 300 }: Minted = {}) {
      const now = Math.floor(Date.now() / 1000)
      const jwt = new SignJWT({ iss: issuer, aud: 'atlas', sub: 'u-1', iat: now, exp: now + expiresIn, ...claims })
      jwt.setProtectedHeader({ alg, kid })
      if (alg === 'HS256')
        return jwt.sign(new TextEncoder().encode(JSON.stringify(await exportJWK(keys.get(kid)!.publicKey))))
      return jwt.sign(forged ? foreign.privateKey : keys.get(kid)!.privateKey)
    },
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}
