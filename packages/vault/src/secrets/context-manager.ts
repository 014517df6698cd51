import { z } from 'zod'
import { misunderstood } from '../sources/ask.ts'
import { askContextManager, type ContextManagerOptions } from '../sources/context-manager.ts'
import { pick, type SecretSource } from './source.ts'

const found = z.object({ secrets: z.record(z.string(), z.string()) })

/** CV Context Manager publishes no API for this; the one asked for is written down in docs/secrets.md. */
export const contextManagerSecrets = (options: ContextManagerOptions): SecretSource => ({
  name: 'context-manager',
  async read({ workspace, project, environment }, names) {
    const path = ['workspaces', workspace, 'secrets', project, environment]
    const body = await askContextManager(options, path)
    if (body === undefined) return new Map()
    const answer = found.safeParse(body)
    if (!answer.success) misunderstood('CV Context Manager', '{"secrets": {"NAME": "…"}}')
    return pick(answer.data.secrets, names)
  },
})
