import { type ChildProcess, spawn } from 'node:child_process'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Health, KubeConfig } from '@kubernetes/client-node'
import { type Kubelet, startKubelet } from './kubelet.ts'

export interface RealCluster {
  /** A kubeconfig of somebody with a token: of the administrator, or of one of the `users`. */
  kubeconfig(user: string): string
  configOf(user: string): KubeConfig
  kubelet: Kubelet
  stop(): Promise<void>
}

export interface Programs {
  apiServer: string
  controllerManager: string
}

/** Controllers whose work deploys rely on. What they need is a kubelet, and that one is played (kubelet.ts). */
const controllers = [
  'deployment-controller',
  'replicaset-controller',
  'job-controller',
  'garbage-collector-controller',
  'endpointslice-controller',
  'namespace-controller',
  'resourcequota-controller',
  'serviceaccount-controller',
]

/**
 * etcd, kube-apiserver and kube-controller-manager as they are released, in a folder of their own: everything but the
 * scheduler and the nodes.
 * @param users who may log in beside `admin`; what they may do is up to Roles that tests make
 */
export async function startCluster({ apiServer, controllerManager }: Programs, users: string[]): Promise<RealCluster> {
  const folder = mkdtempSync(join(tmpdir(), 'atlas-kubernetes-'))
  const file = (name: string) => join(folder, name)
  const tokens = new Map(['admin', ...users].map((user) => [user, randomBytes(16).toString('hex')]))
  const [etcdPort, peerPort, apiPort] = await freePorts(3)
  const url = `https://127.0.0.1:${apiPort}`
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  writeFileSync(file('sa.key'), privateKey.export({ type: 'pkcs1', format: 'pem' }))
  writeFileSync(file('sa.pub'), publicKey.export({ type: 'spki', format: 'pem' }))
  const lines = [...tokens].map(
    ([user, token]) => `${token},${user},${user}${user === 'admin' ? ',system:masters' : ''}`,
  )
  writeFileSync(file('tokens.csv'), `${lines.join('\n')}\n`)
  const configOf = (user: string) => {
    const config = new KubeConfig()
    config.loadFromString(kubeconfig(user))
    return config
  }
  const kubeconfig = (user: string) => kubeconfigOf(url, file('apiserver.crt'), tokens.get(user)!)

  const running: { child: ChildProcess; ended: Promise<void>; said(): string }[] = []
  const start = (program: string, args: string[]) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    for (const stream of [child.stdout!, child.stderr!])
      stream.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-4000)))
    const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
    running.push({ child, ended, said: () => said })
  }
  const stop = async () => {
    for (const { child, ended } of running.toReversed()) {
      child.kill('SIGKILL')
      await ended
    }
    rmSync(folder, { recursive: true, force: true })
  }

  try {
    start('etcd', [
      `--data-dir=${file('etcd')}`,
      `--listen-client-urls=http://127.0.0.1:${etcdPort}`,
      `--advertise-client-urls=http://127.0.0.1:${etcdPort}`,
      `--listen-peer-urls=http://127.0.0.1:${peerPort}`,
      '--unsafe-no-fsync',
      '--log-level=error',
    ])
    start(apiServer, [
      `--etcd-servers=http://127.0.0.1:${etcdPort}`,
      `--cert-dir=${folder}`,
      '--bind-address=127.0.0.1',
      `--secure-port=${apiPort}`,
      '--service-cluster-ip-range=10.0.0.0/24',
      '--endpoint-reconciler-type=none',
      '--service-account-issuer=https://atlas.test',
      `--service-account-signing-key-file=${file('sa.key')}`,
      `--service-account-key-file=${file('sa.pub')}`,
      `--token-auth-file=${file('tokens.csv')}`,
      '--authorization-mode=RBAC',
      '--profiling=false',
    ])
    await ready(
      () => configOf('admin'),
      () => running.map(({ child, said }) => (child.exitCode === null ? '' : said())).join(''),
    )
    writeFileSync(file('admin.kubeconfig'), kubeconfig('admin'))
    start(controllerManager, [
      `--kubeconfig=${file('admin.kubeconfig')}`,
      `--controllers=${controllers.join(',')}`,
      '--leader-elect=false',
      '--secure-port=0',
      '--concurrent-gc-syncs=2',
    ])
    const kubelet = startKubelet(configOf('admin'))
    return {
      kubeconfig,
      configOf,
      kubelet,
      async stop() {
        await kubelet.stop()
        await stop()
      },
    }
  } catch (error) {
    await stop()
    throw error
  }
}

const kubeconfigOf = (server: string, certificate: string, token: string): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: 'real', cluster: { server, 'certificate-authority-data': readFileSync(certificate).toString('base64') } },
    ],
    users: [{ name: 'user', user: { token } }],
    contexts: [{ name: 'real', context: { cluster: 'real', user: 'user' } }],
    'current-context': 'real',
  })

/** etcd and the API server take no port 0: these were free a moment ago. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, () => {
      const server = createServer()
      return new Promise<typeof server>((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)))
    }),
  )
  return Promise.all(
    servers.map((server) => {
      const { port } = server.address() as { port: number }
      return new Promise<number>((resolve) => server.close(() => resolve(port)))
    }),
  )
}

/** @throws Error with what the programs said, where one has ended or two minutes have passed */
async function ready(config: () => KubeConfig, wrong: () => string): Promise<void> {
  const deadline = performance.now() + 120_000
  for (;;) {
    try {
      if (await new Health(config()).readyz({})) return
      throw new Error('not ready')
    } catch {
      if (wrong() || performance.now() > deadline) throw new Error(`the API server does not start:\n${wrong()}`)
      await wait(100)
    }
  }
}
