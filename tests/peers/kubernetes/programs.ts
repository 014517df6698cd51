import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../command.ts'
import { type GoProgram, goProgram, goProgramFile } from '../go.ts'
import type { Programs } from './cluster.ts'

/** Several minutes of both cores the first time: what is quick here is what was built before. */
const patience = 1800

const program = (name: string): GoProgram => ({
  name,
  package: `k8s.io/kubernetes/cmd/${name}`,
  folder: join(import.meta.dirname, 'build'),
  seconds: patience,
})
const apiServer = program('kube-apiserver')
const controllerManager = program('kube-controller-manager')

/** Where they were built already. */
export function builtPrograms(): Programs | undefined {
  const found = { apiServer: goProgramFile(apiServer), controllerManager: goProgramFile(controllerManager) }
  return Object.values(found).every((file) => existsSync(file)) ? found : undefined
}

/** Builds what is missing; or says why it cannot be had here. */
export async function buildPrograms(print: (line: string) => void): Promise<Programs | { unavailable: string }> {
  const etcd = await run('etcd', ['--version'], { seconds: 20 }).catch(() => undefined)
  if (etcd?.code !== 0) return { unavailable: 'there is no etcd on the PATH: apt-get install etcd-server' }
  const first = await goProgram(apiServer, print)
  if (typeof first !== 'string') return first
  const second = await goProgram(controllerManager, print)
  return typeof second === 'string' ? { apiServer: first, controllerManager: second } : second
}
