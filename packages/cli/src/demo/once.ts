import { outcomeOf } from '../change.ts'
import type { Context } from '../context.ts'
import { follow } from '../follow/follow.ts'
import type { SandboxConnection } from '../sandbox/admin.ts'
import { plural } from '../show/text.ts'
import { checkRunning, leftovers, unfinished } from './check.ts'
import type { Told } from './story.ts'

/** The last line of `npm run demo -- --once`. */
export interface Result {
  ready_ms: number
  machines: number
  resources: number
  operations: number
  monthly_cost: number
  leftovers: number
}

/** Checks what runs, destroys it, and looks for what is left. `findings` is empty where all of it holds. */
export async function checkAndDestroy(
  context: Context,
  told: Told,
  sandbox: SandboxConnection,
  deployed: readonly string[],
) {
  const { client, infrastructure, readyMs } = told
  const findings = [...(await checkRunning(told, context.dataDir)), ...deployed]
  context.say(
    findings.length === 0 ? 'Checked: machines, price, and an empty second plan.\n' : 'Not all of it holds.\n',
  )
  const plan = await client.planDestroy(infrastructure.name)
  const consent = plan.consentNeeded.map(({ resource }) => resource)
  const started = await client.destroy(infrastructure.name, { planHash: plan.hash, consent })
  const { operation } = await follow(context, client, started)
  context.say(`\n${outcomeOf(context, plan, operation, []).text?.()}`)
  const left = await leftovers(sandbox)
  context.say(left.length === 0 ? 'Nothing is left in the cloud.' : `Left in the cloud: ${left.join(', ')}`)
  const result: Result = {
    ready_ms: readyMs,
    machines: infrastructure.resources.filter(({ type }) => type === 'machine').length,
    resources: infrastructure.resources.length,
    operations: (await client.operations({ infrastructure: infrastructure.name })).length,
    monthly_cost: infrastructure.monthly_cost,
    leftovers: left.length,
  }
  const all = [...findings, ...left.map((one) => `${one} is left`), ...(await unfinished(client))]
  if (all.length > 0) context.remark([`${plural(all.length, 'finding')}:`, ...all].join('\n  '))
  return { result, findings: all }
}
