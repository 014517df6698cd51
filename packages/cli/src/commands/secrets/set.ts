import { secrets } from '@atlas/client'
import { command, required, text } from '../../command.ts'
import { secretValue } from '../../input/secret.ts'

export default command({
  summary: 'Keep a secret for services, sealed',
  description:
    'The value comes from a variable, from standard input (a line end at its end is left out), or from what you type unseen: never from the command line, which others can read. A secret db_password of hostomatic in prod is looked for as HOSTOMATIC_PROD_DB_PASSWORD, then PROD_DB_PASSWORD, then DB_PASSWORD.',
  topic: 'Deploys',
  inputs: {
    name: required('<name>', 'such as HOSTOMATIC_PROD_DB_PASSWORD'),
    fromEnv: text('--from-env <variable>', 'the variable of this shell that holds it'),
  },
  examples: [
    { line: 'atlas secrets set HOSTOMATIC_PROD_DB_PASSWORD', does: 'type it, unseen' },
    { line: 'pass show db | atlas secrets set HOSTOMATIC_PROD_DB_PASSWORD', does: 'from a password store' },
    { line: 'atlas secrets set PROD_SMTP_KEY --from-env SMTP_KEY', does: 'for all projects in prod' },
  ],
  async run({ name, fromEnv }, context) {
    const value = await secretValue(context, `Secret ${name}`, fromEnv, `atlas secrets set ${name}`)
    const secret = await secrets((await context.connect()).api).set(name, value)
    return {
      json: { secret },
      text: () => `${secret.name} is kept, version ${secret.version}. Services get it when they are deployed next.`,
      next: [{ line: 'atlas secrets list', does: 'what is kept' }],
    }
  },
})
