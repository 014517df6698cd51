import { createHash } from 'node:crypto'
import { AtlasError } from '@atlas/core'
import type { Login } from '../platform.ts'

/** For all that a registry is asked about one image. */
const askMs = 20_000

/** Images for one kind of machine, and lists of them for several: Docker's kinds and OCI's. */
const kinds = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
]

/** A reference, taken apart as Docker does: what has no host is of Docker Hub. */
export function partsOf(reference: string): { host: string; repository: string; tag: string } {
  const [, name = '', tag = 'latest'] = /^(.+?)(?::([^:/]+))?$/.exec(reference) ?? []
  const [first = '', ...rest] = name.split('/')
  const named = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost')
  if (named && first !== 'docker.io') return { host: first, repository: rest.join('/'), tag }
  const repository = named ? rest.join('/') : name
  return {
    host: 'registry-1.docker.io',
    repository: repository.includes('/') ? repository : `library/${repository}`,
    tag,
  }
}

/**
 * The same image by the digest that its tag has at this moment (`name:tag@sha256:…`): what is deployed, and promoted, is exactly
 * that, however the tag is moved. By the OCI distribution specification
 * (https://github.com/opencontainers/distribution-spec); who is sent for a token gets one as Docker does.
 * @throws AtlasError `registry_refused`, `registry_unreachable`; after 20 s at the latest
 */
export async function pinned(reference: string, logins: readonly Login[], signal?: AbortSignal): Promise<string> {
  if (reference.includes('@')) return reference
  const { host, repository, tag } = partsOf(reference)
  const timeout = AbortSignal.timeout(askMs)
  const about: About = {
    reference,
    host,
    login: logins.find(({ registry }) => isOf(registry, host, repository)),
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
  }
  const url = `${/^(localhost|127\.)/.test(host) ? 'http' : 'https'}://${host}/v2/${repository}/manifests/${tag}`
  const named = await manifest('HEAD', url, about)
  const told = named.headers.get('docker-content-digest')
  if (told && /^sha256:[0-9a-f]{64}$/.test(told)) return `${reference}@${told}`
  const text = await (await manifest('GET', url, about)).bytes()
  return `${reference}@sha256:${createHash('sha256').update(text).digest('hex')}`
}

interface About {
  reference: string
  host: string
  login: Login | undefined
  signal: AbortSignal
}

/** Logins are for a registry, or for a part of it, such as `ghcr.io/yourorg`. */
function isOf(registry: string, host: string, repository: string): boolean {
  const known = registry.replace(/^https:\/\//, '').replace(/^(index\.)?docker\.io(\/v1\/?)?/, 'registry-1.docker.io')
  return known === host || `${host}/${repository}`.startsWith(`${known}/`)
}

async function manifest(method: 'HEAD' | 'GET', url: string, about: About): Promise<Response> {
  const { login } = about
  const accept = kinds.join(', ')
  const first = await ask(url, { method, headers: { accept } }, about)
  if (first.status !== 401) return wellAnswered(first, about)
  const challenge = first.headers.get('www-authenticate') ?? ''
  const authorization = /^bearer /i.test(challenge) ? await bearer(challenge, about) : login && basic(login)
  if (authorization === undefined) throw refused(about, 'it wants a password, and none is configured')
  return wellAnswered(await ask(url, { method, headers: { accept, authorization } }, about), about)
}

const basic = ({ username, password }: Login) => `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`

/** A token for what the registry named, from where it named (https://distribution.github.io/distribution/spec/auth/token/). */
async function bearer(challenge: string, about: About): Promise<string> {
  const named = Object.fromEntries([...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key!, value!]))
  const { realm = '', ...query } = named
  if (!URL.canParse(realm)) throw refused(about, `it asks for a token from ${JSON.stringify(realm)}`)
  const url = new URL(realm)
  // The password goes nowhere in the clear but to this computer itself.
  if (url.protocol !== 'https:' && !/^(localhost|127\.)/.test(url.hostname))
    throw refused(about, `it asks for a token by ${url.protocol}//`)
  for (const key of ['service', 'scope']) if (query[key] !== undefined) url.searchParams.set(key, query[key])
  const answer = await ask(url.href, { headers: about.login ? { authorization: basic(about.login) } : {} }, about)
  const given = (await wellAnswered(answer, about).json()) as { token?: string; access_token?: string }
  return `Bearer ${given.token ?? given.access_token ?? ''}`
}

async function ask(url: string, init: RequestInit, { host, reference, signal }: About): Promise<Response> {
  try {
    return await fetch(url, { ...init, signal })
  } catch (error) {
    const { cause, message } = error as Error
    const why = signal.aborted
      ? `no answer within ${askMs / 1000} s`
      : ((cause as Error | undefined)?.message ?? message)
    throw new AtlasError('registry_unreachable', `${host} could not be asked which digest ${reference} has: ${why}.`, {
      cause: error,
      hint: 'Name the image by its digest (name@sha256:…), or, where only the cluster reaches the registry, "kubernetes": {"resolve_tags": false}',
    })
  }
}

function wellAnswered(answer: Response, about: About): Response {
  if (answer.ok) return answer
  const { status } = answer
  if (status === 404) throw refused(about, 'it has no such image')
  throw refused(
    about,
    status === 401 || status === 403 ? `it lets nobody in with that password (${status})` : `it answered ${status}`,
  )
}

const refused = ({ host, reference }: About, why: string) =>
  new AtlasError('registry_refused', `${host} does not say which digest ${reference} has: ${why}.`, {
    hint: 'See "image" of the service, and image_pull_secrets of "kubernetes" in deployment_config.json.',
  })
