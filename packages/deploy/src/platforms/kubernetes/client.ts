import type { KubeConfig, KubernetesObjectApi } from '@kubernetes/client-node'
import { type Kind, type Kinds, versions, type Wanted } from './kinds.ts'
import { answerOf, conflicts, isConflict, isLate, refusal } from './refusal.ts'

/** One API server that does not answer must not hold a step for ever. */
const requestMs = 30_000

/** Who has the fields that Atlas applies, and who the mark of the latest worker. */
export const manager = 'atlas'
export const marker = 'atlas-fence'

/** A namespace of a cluster. All throw AtlasError `cluster_unreachable` and `cluster_refused`. */
export interface Client {
  readonly namespace: string
  read<K extends Kind>(kind: K, name: string): Promise<Kinds[K] | undefined>
  list<K extends Kind>(kind: K, selector: { labels?: string; fields?: string }): Promise<Kinds[K][]>
  /** `false` where it is there already. */
  create<K extends Kind>(wanted: Wanted<K>): Promise<Kinds[K] | false>
  /**
   * Server-side apply. Where it names `uid` and `resourceVersion`, an object that was changed since is left: `false`.
   * Fields of another manager are refused, but what this manager created is its own.
   */
  apply<K extends Kind>(wanted: Wanted<K>): Promise<Kinds[K] | false>
  /** Annotations alone. `false` where there is no such object any more. */
  mark(kind: Kind, name: string, annotations: Record<string, string>): Promise<boolean>
  /** Of exactly that state; what depends on it goes with it. `false` where it was changed since. */
  remove(kind: Kind, object: { metadata?: Kinds[Kind]['metadata'] }): Promise<boolean>
  /** The last lines of a container; the one before, where it was started again. */
  logs(pod: string, previous: boolean): Promise<string>
}

/** @param signal ends every request */
export async function connectCluster(config: KubeConfig, namespace: string, signal: AbortSignal): Promise<Client> {
  const kubernetes = await import('@kubernetes/client-node')
  const { KubernetesObjectApi, CoreV1Api, createConfiguration, ServerConfiguration, PatchStrategy } = kubernetes
  const configuration = createConfiguration({
    baseServer: new ServerConfiguration(config.getCurrentCluster()!.server.replace(/\/+$/, ''), {}),
    authMethods: { default: config },
    promiseMiddleware: [
      {
        pre: async (request) => {
          request.setSignal(AbortSignal.any([signal, AbortSignal.timeout(requestMs)]))
          return request
        },
        post: async (response) => response,
      },
    ],
  })
  const api = new KubernetesObjectApi(configuration)
  const pods = new CoreV1Api(configuration)

  const header = <K extends Kind>(kind: K, name: string) => ({
    apiVersion: versions[kind],
    kind,
    metadata: { name, ...(kind === 'Namespace' ? {} : { namespace }) },
  })
  const full = <K extends Kind>({ metadata, ...rest }: Wanted<K>): Parameters<KubernetesObjectApi['create']>[0] => {
    const { metadata: own, ...head } = header(rest.kind, metadata.name)
    return { ...rest, ...head, metadata: { ...metadata, ...own } } as never
  }
  async function tried<T>(doing: string, what: () => Promise<T>): Promise<T> {
    try {
      return await what()
    } catch (error) {
      signal.throwIfAborted()
      throw refusal(error, `${doing} in ${namespace}`)
    }
  }
  /** `whenSo` instead of the refusals that are told by `isSo`. */
  const unless = async <T, U>(isSo: (error: unknown) => boolean, whenSo: U, what: () => Promise<T>): Promise<T | U> =>
    what().catch((error: unknown) => {
      if (isSo(error)) return whenSo
      throw error
    })
  const isGone = (error: unknown) => answerOf(error)?.code === 404

  const applied = <K extends Kind>(wanted: Wanted<K>, force: boolean) =>
    api.patch(full(wanted), undefined, undefined, manager, force, PatchStrategy.ServerSideApply) as Promise<Kinds[K]>

  return {
    namespace,
    read: (kind, name) =>
      tried(`read ${kind} ${name}`, () => unless(isGone, undefined, () => api.read(header(kind, name)) as never)),
    list: (kind, { labels, fields }) =>
      tried(`list ${kind}s`, async () => {
        const none = undefined
        const found = await api.list(versions[kind], kind, namespace, none, none, none, fields, labels)
        return found.items as never
      }),
    create: (wanted) =>
      tried(`create ${wanted.kind} ${wanted.metadata.name}`, () =>
        unless(
          (error) => answerOf(error)?.status.reason === 'AlreadyExists',
          false,
          () => api.create(full(wanted), undefined, undefined, manager) as never,
        ),
      ),
    apply: (wanted) =>
      tried(`apply ${wanted.kind} ${wanted.metadata.name}`, () =>
        unless(isLate, false, () =>
          applied(wanted, false).catch((error: unknown) => {
            if (isConflict(error) && conflicts(error).every((one) => one.manager === manager))
              return applied(wanted, true)
            throw error
          }),
        ),
      ),
    mark: (kind, name, annotations) =>
      tried(`mark ${kind} ${name}`, () =>
        unless(isGone, false, async () => {
          const { metadata, ...head } = header(kind, name)
          const patch = { ...head, metadata: { ...metadata, annotations } }
          await api.patch(patch, undefined, undefined, marker, undefined, PatchStrategy.MergePatch)
          return true
        }),
      ),
    remove: (kind, { metadata = {} }) =>
      tried(`delete ${kind} ${metadata.name}`, () =>
        unless(isLate, false, async () => {
          const { uid, resourceVersion } = metadata
          const preconditions = { ...(uid && { uid }), ...(resourceVersion && { resourceVersion }) }
          // Only what the body says counts once there is one. Of a Job the default would be to leave its pods.
          const how = { propagationPolicy: 'Background', preconditions }
          const none = undefined
          await unless(isGone, undefined, () =>
            api.delete(header(kind, metadata.name!), none, none, none, none, none, how),
          )
          return true
        }),
      ),
    logs: (name, previous) =>
      tried(`read the log of ${name}`, () =>
        pods.readNamespacedPodLog({ name, namespace, previous, tailLines: 20, limitBytes: 16_384 }),
      ),
  }
}
