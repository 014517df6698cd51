import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PeerCloud } from '../cloud.ts'
import { type Outcome, run, tail } from '../command.ts'

export interface Terraform {
  /** @throws Error with what terraform said, where it fails */
  apply(...variables: string[]): Promise<void>
  destroy(...variables: string[]): Promise<void>
  /** What a plan would do to each resource, by address: `create`, `update`, `delete`, `create,delete` …; none where nothing. */
  plan(...variables: string[]): Promise<Record<string, string>>
  outputs(): Promise<Record<string, unknown>>
  /** The bare command, for what is expected to fail. */
  call(...args: string[]): Promise<Outcome>
  remove(): void
}

interface Plan {
  resource_changes?: { address: string; change: { actions: string[] } }[]
}

const patience = 300

/**
 * A working folder with these configuration files, whose provider is `binary` by way of dev_overrides: nothing is
 * downloaded, and nobody's own terraform configuration is read.
 */
export function terraformIn(binary: string, files: readonly string[], { url, token }: PeerCloud): Terraform {
  const folder = mkdtempSync(join(tmpdir(), 'atlas-terraform-'))
  const plugins = join(folder, 'plugins')
  mkdirSync(plugins)
  symlinkSync(binary, join(plugins, 'terraform-provider-digitalocean'))
  const overrides = `provider_installation {\n  dev_overrides {\n    "digitalocean/digitalocean" = ${JSON.stringify(plugins)}\n  }\n  direct {}\n}\n`
  writeFileSync(join(folder, 'terraform.rc'), overrides)
  for (const file of files) cpSync(join(import.meta.dirname, 'config', file), join(folder, file))

  const env = {
    TF_CLI_CONFIG_FILE: join(folder, 'terraform.rc'),
    TF_IN_AUTOMATION: '1',
    CHECKPOINT_DISABLE: '1',
    DIGITALOCEAN_API_URL: url,
    DIGITALOCEAN_TOKEN: token,
  }
  const call = (...args: string[]) => run('terraform', args, { cwd: folder, env, seconds: patience })
  const must = async (...args: string[]) => {
    const outcome = await call(...args)
    if (outcome.code !== 0) throw new Error(`terraform ${args[0]}: exit ${outcome.code}\n${tail(outcome, 40)}`)
    return outcome.stdout
  }
  const given = (variables: readonly string[]) => variables.map((variable) => `-var=${variable}`)
  // No droplet waits for the one before: the provider sleeps ten seconds before it first looks.
  const apply = ['-input=false', '-no-color', '-auto-approve', '-parallelism=20']

  return {
    call,
    apply: async (...variables) => void (await must('apply', ...apply, ...given(variables))),
    destroy: async (...variables) => void (await must('destroy', ...apply, ...given(variables))),
    async plan(...variables) {
      await must('plan', '-input=false', '-no-color', '-out=plan', ...given(variables))
      const { resource_changes = [] } = JSON.parse(await must('show', '-json', 'plan')) as Plan
      const changing = resource_changes.filter(({ change }) => !['no-op', 'read'].includes(change.actions.join()))
      return Object.fromEntries(changing.map(({ address, change }) => [address, change.actions.join()]))
    },
    async outputs() {
      const outputs = JSON.parse(await must('output', '-json')) as Record<string, { value: unknown }>
      return Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value]))
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
