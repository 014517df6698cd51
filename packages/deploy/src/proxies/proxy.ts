import type { Environment } from '../names.ts'
import type { SecretPlace } from '../secrets.ts'

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
