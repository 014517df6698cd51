import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { AtlasError } from '@atlas/core'
import type { KubeConfig } from '@kubernetes/client-node'

/** Where pods find the credential of their service account. */
const inCluster = '/var/run/secrets/kubernetes.io/serviceaccount/token'

/**
 * A kubeconfig as it is used: the text that a secret has, or else what this server itself has: `KUBECONFIG`,
 * `~/.kube/config`, or the service account of its pod.
 * @throws AtlasError `config_invalid`
 */
export async function readKubeconfig(
  text: string | undefined,
  context: string | undefined,
  env: NodeJS.ProcessEnv,
): Promise<KubeConfig> {
  // Loaded here and not above: it is large, and a server without clusters does without it.
  const { KubeConfig } = await import('@kubernetes/client-node')
  const config = new KubeConfig()
  if (text === undefined) loadOwn(config, env)
  else loadGiven(config, text)
  if (context !== undefined) config.setCurrentContext(context)
  const names = config.getContexts().map(({ name }) => name)
  if (config.getCurrentCluster() && config.getCurrentUser()) return config
  throw invalid(
    context === undefined ? 'The kubeconfig names no current context.' : `The kubeconfig has no context ${context}.`,
    `"kubernetes": {"context": "${names[0] ?? '…'}"} in deployment_config.json; there is ${names.join(', ') || 'none'}`,
  )
}

function loadOwn(config: KubeConfig, env: NodeJS.ProcessEnv): void {
  const [file] = [env.KUBECONFIG?.split(':')[0], join(env.HOME ?? homedir(), '.kube', 'config')].filter(
    (one): one is string => one !== undefined && one !== '' && existsSync(one),
  )
  if (file !== undefined) config.loadFromFile(file)
  else if (existsSync(inCluster)) config.loadFromCluster()
  else
    throw invalid(
      'Nothing says how the cluster is reached: this server has no kubeconfig.',
      'export KUBECONFIG=… where the Atlas server is started, or "kubernetes": {"kubeconfig": "NAME_OF_A_SECRET"}',
    )
}

/** Who writes a secret may not make this server run programs or read files of its own. */
function loadGiven(config: KubeConfig, text: string): void {
  try {
    config.loadFromString(text)
  } catch {
    // What the parser says quotes the text.
    throw invalid('The secret with the kubeconfig cannot be read as one.', 'its value is the text of the file')
  }
  const refused = [
    ...config.users.flatMap((user) => [
      user.exec && 'exec',
      user.authProvider && 'auth-provider',
      user.certFile && 'client-certificate',
      user.keyFile && 'client-key',
    ]),
    ...config.clusters.map(({ caFile }) => caFile && 'certificate-authority'),
    /^\s*(-\s+)?tokenFile\s*:|"tokenFile"\s*:/m.test(text) && 'tokenFile',
  ].filter(Boolean)
  if (refused.length === 0) return
  throw invalid(
    `The kubeconfig in the secret refers to this server's programs or files: ${[...new Set(refused)].join(', ')}.`,
    'kubectl config view --flatten --minify --raw puts certificates into it; of users it may have token or certificate',
  )
}

const invalid = (message: string, hint: string) => new AtlasError('config_invalid', message, { hint })
