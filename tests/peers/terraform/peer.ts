import { run } from '../command.ts'
import type { Peer } from '../peer.ts'
import { lifecycle } from './lifecycle.ts'
import { provider } from './provider.ts'

/** Terraform with DigitalOcean's provider. */
export const terraform: Peer = {
  name: 'terraform',
  async prepare(print) {
    const version = await run('terraform', ['version', '-json'], { seconds: 20 }).catch(() => undefined)
    if (version?.code !== 0)
      return { unavailable: 'there is no terraform on the PATH: https://developer.hashicorp.com/terraform/install' }
    const binary = await provider(print)
    if (typeof binary !== 'string') return binary
    const { terraform_version } = JSON.parse(version.stdout) as { terraform_version: string }
    return {
      version: `terraform ${terraform_version}, ${binary}`,
      run: (cloud, report) => report.scenario('lifecycle', () => lifecycle(binary, cloud, report)),
    }
  },
}
