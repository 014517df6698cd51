import { AtlasError } from '@atlas/core'
import type { SecretPlace, Secrets } from '../../secrets.ts'
import { type Client, connectCluster } from './client.ts'
import { readKubeconfig } from './kubeconfig.ts'
import type { Cluster } from './settings.ts'

export interface Clusters {
  /**
   * The namespace of an environment, with the kubeconfig as it is at this moment.
   * @throws AtlasError `config_invalid`, `deploy_impossible`
   */
  open(place: SecretPlace, cluster: Cluster, signal: AbortSignal): Promise<Client>
}

/** @param env of this server: where its own kubeconfig is, for clusters that name none */
export const openClusters = (secrets: Secrets, env: NodeJS.ProcessEnv): Clusters => ({
  async open(place, { kubeconfig: secret, context, namespace }, signal) {
    const text = secret === undefined ? undefined : (await secrets.find(place, [secret])).get(secret)?.value
    if (secret !== undefined && text === undefined)
      throw new AtlasError('deploy_impossible', `Secret ${secret}, the kubeconfig of ${namespace}, has no value.`)
    return connectCluster(await readKubeconfig(text, context, env), namespace, signal)
  },
})
