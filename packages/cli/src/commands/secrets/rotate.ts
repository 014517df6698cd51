import { secrets } from '@atlas/client'
import { choice, command, count, required, toggle } from '../../command.ts'
import { carryOutDeploy } from '../../deploys/deploy.ts'
import { secretValue } from '../../input/secret.ts'

export default command({
  summary: 'Give a secret that Atlas keeps another value',
  description:
    'The value is generated, and nobody sees it, unless --value is given: then it comes from standard input, or from what you type unseen. Services go on with the value before until they are started anew, which --deploy does: only those that use it, with the steps of a deploy. Characters of --alphabet: letters-digits is A-Z, a-z and 0-9; hex 0-9 and a-f; url-safe letters, digits, - and _; printable ASCII from ! to ~.',
  topic: 'Deploys',
  inputs: {
    name: required('<name>', 'such as HOSTOMATIC_PROD_DB_PASSWORD'),
    value: toggle('--value', 'a value of your own instead of a generated one'),
    length: count('--length <characters>', 'of what is generated, 16 to 256', 32),
    alphabet: choice('--alphabet <name>', 'of what is generated; letters-digits when not given', [
      'letters-digits',
      'hex',
      'url-safe',
      'printable',
    ]),
    deploy: toggle('--deploy', 'start anew the services that use it'),
    yes: toggle('-y, --yes', 'do not ask before that'),
  },
  exits: { 1: 'it was rotated, and a deploy failed: traffic stays where it was' },
  examples: [
    { line: 'atlas secrets rotate HOSTOMATIC_PROD_API_KEY', does: 'a generated value, which services get later' },
    { line: 'atlas secrets rotate HOSTOMATIC_PROD_API_KEY --deploy --yes', does: 'and they get it now' },
    { line: 'pass show db | atlas secrets rotate HOSTOMATIC_PROD_DB_PASSWORD --value', does: 'a value of your own' },
  ],
  async run({ name, value: own, length, alphabet = 'letters-digits', deploy, yes }, context) {
    const how = own
      ? { value: await secretValue(context, `New value of ${name}`, undefined, `atlas secrets rotate ${name} --value`) }
      : { generate: { length, alphabet } }
    const { secret, holders } = await secrets((await context.connect()).api).rotate(name, how)
    const places = placesOf(holders)
    const done = `${secret.name} has another value, version ${secret.version}. ${usedBy(holders)}`
    const lines = places.map((place) => ({ line: `atlas redeploy ${place}`, does: 'start anew what uses it' }))
    if (!deploy || places.length === 0) return { json: { secret, holders }, text: () => done, next: lines }
    context.say(`${done}\n`)
    const deployments = []
    for (const place of places) {
      const [project = '', environment = ''] = place.split(' ')
      const outcome = await carryOutDeploy(context, { kind: 'redeploy', project, environment }, { yes, ...atOnce })
      if (outcome.text) context.say(`${outcome.text()}\n`)
      deployments.push(outcome.json)
    }
    return {
      json: { secret, holders, deployments },
      next: places.map((place) => ({ line: `atlas secrets list ${place}`, does: 'what runs with which value' })),
    }
  },
})

const atOnce = { plan: false, detach: false }

type Holders = readonly { project: string; environment: string; service: string }[]

const placesOf = (holders: Holders) => [
  ...new Set(holders.map(({ project, environment }) => `${project} ${environment}`)),
]

const usedBy = (holders: Holders): string =>
  holders.length === 0
    ? 'No service runs with it.'
    : `Running with the one before: ${holders.map(({ project, environment, service }) => `${project}/${environment}/${service}`).join(', ')}.`
