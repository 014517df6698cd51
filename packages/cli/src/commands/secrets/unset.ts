import { secrets } from '@atlas/client'
import { agreed } from '../../ask.ts'
import { command, required, toggle } from '../../command.ts'

export default command({
  summary: 'Delete a secret that Atlas keeps',
  description: 'Services that run go on with what they have; a deploy that needs it is refused from then on.',
  topic: 'Deploys',
  inputs: {
    name: required('<name>', 'such as HOSTOMATIC_PROD_DB_PASSWORD'),
    yes: toggle('-y, --yes', 'do not ask'),
  },
  examples: [{ line: 'atlas secrets unset HOSTOMATIC_PROD_DB_PASSWORD', does: 'after asking' }],
  async run({ name, yes }, context) {
    if (!(await agreed(context, `Delete the secret ${name}?`, yes))) return { text: () => 'It stays.' }
    await secrets((await context.connect()).api).unset(name)
    return {
      json: { deleted: name },
      text: () => `${name} is deleted.`,
      next: [{ line: 'atlas secrets list', does: 'what is still kept' }],
    }
  },
})
