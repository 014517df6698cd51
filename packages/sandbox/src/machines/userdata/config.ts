import { parse } from 'yaml'
import { z } from 'zod'

const words = z.union([z.string(), z.number(), z.boolean()]).transform(String)
const command = z.union([words, z.array(words)])
const oneOrMore = z.union([words.transform((one) => one.split(/,\s*/)), z.array(words)])

const file = z.object({
  path: z.string(),
  content: z.string().default(''),
  encoding: z.string().default('text/plain'),
  permissions: words.default('0644'),
  owner: z.string().default('root:root'),
  append: z.boolean().default(false),
  defer: z.boolean().default(false),
})

const user = z.object({
  name: z.string().regex(/^[a-z_][\w.-]*\$?$/i),
  gecos: z.string().default(''),
  homedir: z.string().optional(),
  shell: z.string().default('/bin/bash'),
  uid: words.optional(),
  groups: oneOrMore.default([]),
  no_create_home: z.boolean().default(false),
  ssh_authorized_keys: oneOrMoreKeys().default([]),
})

function oneOrMoreKeys() {
  return z.union([z.string().transform((one) => [one]), z.array(z.string())])
}

/** What of cloud-config is done here: https://cloudinit.readthedocs.io/en/latest/reference/modules.html, read 2026-01. */
const cloudConfig = z.looseObject({
  hostname: z.string().optional(),
  bootcmd: z.array(command).default([]),
  runcmd: z.array(command).default([]),
  write_files: z.array(file).default([]),
  users: z.array(z.union([z.string(), user])).default([]),
  ssh_authorized_keys: oneOrMoreKeys().default([]),
  ssh_keys: z.record(z.string(), z.string()).default({}),
  packages: z.array(z.union([words, z.array(words).transform(([name]) => name!)])).default([]),
})

export type CloudConfig = z.infer<typeof cloudConfig>
export type ConfigFile = z.infer<typeof file>
export type ConfigUser = z.infer<typeof user>
export type Command = z.infer<typeof command>

/** Without effect on a machine of the sandbox, and nothing is lost by that. */
const harmless = [
  'timezone',
  'locale',
  'disable_root',
  'ssh_pwauth',
  'preserve_hostname',
  'manage_etc_hosts',
  'fqdn',
  'final_message',
]

/** The document and what it asks for that is not done here, or why it cannot be read. */
export function readCloudConfig(text: string): { config: CloudConfig; ignored: string[] } | { error: string } {
  let raw: unknown
  try {
    raw = parse(text) ?? {}
  } catch (error) {
    return { error: (error as Error).message }
  }
  const read = cloudConfig.safeParse(raw)
  if (!read.success) return { error: z.prettifyError(read.error) }
  const known = [...Object.keys(cloudConfig.shape), ...harmless]
  return { config: read.data, ignored: Object.keys(read.data).filter((key) => !known.includes(key)) }
}
