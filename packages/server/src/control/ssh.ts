import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { ResourceView } from '@atlas/api'
import { z } from 'zod'

/** How a machine is reached, by the cloud's id of it. */
export type SshDirectory = () => Promise<ReadonlyMap<string, Reach>>

export interface Reach {
  ssh: Omit<NonNullable<ResourceView['ssh']>, 'identityFile'>
  /** Where its port 80 is found. */
  httpPort: number
}

/** Where the private key of the machines is, which `atlas` makes (0600) when a blueprint asks for one. */
export const identityFile = (dataDir: string) => join(dataDir, 'ssh', 'id_ed25519')

/** The key's path for `ssh -i`, where this server has it. */
export function identityOf(dataDir: string): { identityFile?: string } {
  const file = identityFile(dataDir)
  return existsSync(file) ? { identityFile: file } : {}
}

const info = z.object({
  droplets: z.array(
    z.object({
      id: z.number(),
      http_port: z.number(),
      ssh: z.object({ host: z.string(), port: z.number(), user: z.string(), known_hosts: z.string().optional() }),
    }),
  ),
})

/**
 * What the sandbox says of its machines: their port is not 22 where the sandbox may not bind that, and it knows their
 * host keys. While it does not answer, nothing is known.
 */
export function sandboxSsh({ url, token }: { url: string; token: string }): SshDirectory {
  const ask = async (): Promise<ReadonlyMap<string, Reach>> => {
    const answer = await fetch(`${url}/_sandbox/info`, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(5_000),
    }).catch(() => undefined)
    const parsed = info.safeParse(await answer?.json().catch(() => undefined))
    if (!parsed.success) return new Map()
    return new Map(parsed.data.droplets.map((one) => [String(one.id), reach(one)]))
  }
  let asking: ReturnType<typeof ask> | undefined
  // A list asks for each infrastructure in it, all at once.
  return () => {
    asking ??= ask().finally(() => {
      asking = undefined
    })
    return asking
  }
}

const reach = ({ http_port, ssh: { known_hosts, ...rest } }: z.output<typeof info>['droplets'][number]): Reach => ({
  ssh: { ...rest, ...(known_hosts === undefined ? {} : { knownHosts: known_hosts }) },
  httpPort: http_port,
})
