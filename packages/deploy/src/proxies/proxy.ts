import type { At } from '../machine/fenced.ts'
import type { Environment } from '../names.ts'
import type { SecretPlace } from '../secrets.ts'
import type { Files } from './files.ts'

export const proxyNames = ['nginx', 'builtin'] as const
export type ProxyName = (typeof proxyNames)[number]

/** What balances where nothing else is said. */
export const defaultProxy: ProxyName = 'nginx'

/** What balances on a machine, the same for all environments there. */
export interface Balancer {
  name: ProxyName
  /** Where its live configuration is, on the machine. */
  live: string
  pidFile: string
  /** What to type on the machine where it does not run. */
  begin: string
  /** Configuration that all environments share. */
  mainFiles: Files
  /**
   * The files of one environment: all that a deploy of it changes.
   * @param secured whether its certificate is there; hosts without one answer by http
   */
  siteFiles(site: Site, given?: { secured?: boolean }): Files
  /**
   * It runs with these routes. Nothing is reloaded where that is so already. An environment without routes leaves it.
   * @param certificate for the hosts of the site, where it has one
   * @throws AtlasError `machine_refused` with what it said; the old configuration is live then
   */
  configure(at: At, site: Site, certificate?: Certificate): Promise<void>
  /** Resolves when no request runs through an older configuration, or after so many seconds. */
  drain(at: At, seconds: number): Promise<void>
}

/** Where the requests of one environment of a project go. */
export interface Site<Address = string> {
  project: string
  environment: Environment
  /** Requests for a host go to its service, whatever their path. */
  hosts: Host[]
  limits: RequestLimits
  tls?: Tls
  routes: Route<Address>[]
}

export interface Host {
  host: string
  service: string
  /** Answers by http, though the site has a certificate: it is not for this one. */
  plain?: true
}

/** Requests for `/<project>/<environment>/<service>/`. */
export interface Route<Address = string> {
  service: string
  targets: Target<Address>[]
}

export interface Target<Address = string> {
  /** Private, of a machine. */
  address: Address
  port: number
  /** Ejected: it gets no requests. */
  down?: boolean
}

/** For each address that asks, but for the size. */
export interface RequestLimits {
  requestsPerSecond: number
  connections: number
  /** Of the body of a request, in MB. */
  bodyMb: number
}

export const defaultLimits: RequestLimits = { requestsPerSecond: 200, connections: 200, bodyMb: 100 }

/** The hosts answer by https, and by http only that they do. */
export interface Tls {
  from:
    | { acme: { email: string; directory: string } }
    | { secrets: { certificate: string; key: string; version?: string } }
  /** How long browsers are to remember never to ask by http; absent: they are not told. */
  hstsDays?: number
}

/** With what the hosts of a site answer https; `undefined`: they answer http. */
export type CertificateOf = (place: SecretPlace, site: Site) => Promise<Certificate | undefined>

/** Both as PEM. */
export interface Certificate {
  /** The host's own first. */
  chain: string
  key: string
  /** Which it is for; absent: all of the site. */
  hosts?: readonly string[]
}

/** As the site is with a certificate. @param hosts which that is for; `undefined`: all of them */
export const securedFor = (site: Site, hosts: readonly string[] | undefined): Site =>
  hosts === undefined
    ? site
    : { ...site, hosts: site.hosts.map((one) => (hosts.includes(one.host) ? one : { ...one, plain: true })) }
