import { AtlasError } from '@atlas/core'

interface Status {
  message?: string
  reason?: string
  details?: { causes?: { reason?: string; message?: string; field?: string }[] }
}

interface Answer {
  code: number
  status: Status
}

/** What the API server answered; `undefined` where it did not. Told by its shape, as the client is loaded late. */
export function answerOf(error: unknown): Answer | undefined {
  const { code, body } = error as { code?: unknown; body?: unknown }
  if (typeof code !== 'number') return undefined
  if (typeof body !== 'string') return { code, status: (body ?? {}) as Status }
  try {
    return { code, status: JSON.parse(body) as Status }
  } catch {
    return { code, status: { message: body.slice(0, 300) } }
  }
}

/** Somebody changed the object since it was read: to be read again. */
export const isLate = (error: unknown): boolean => answerOf(error)?.code === 409 && !isConflict(error)

/** Another manager has fields that were to be applied. */
export const isConflict = (error: unknown): boolean => conflicts(error).length > 0

/** Fields of others, each with who has it: `conflict with "kubectl-edit" using v1`. */
export const conflicts = (error: unknown): { field: string; manager: string }[] =>
  (answerOf(error)?.status.details?.causes ?? [])
    .filter(({ reason }) => reason === 'FieldManagerConflict')
    .map(({ field = '', message = '' }) => ({ field, manager: /"([^"]*)"/.exec(message)?.[1] ?? message }))

/**
 * The refusal in the words of a person.
 * @param doing what was tried, as `apply Deployment backend-a in shop-prod`
 */
export function refusal(error: unknown, doing: string): AtlasError {
  if (error instanceof AtlasError) return error
  const answer = answerOf(error)
  if (!answer) return unreachable(error, doing)
  const { code, status } = answer
  const said = status.message ?? `it answered ${code}`
  if (code === 429 || code >= 500)
    return new AtlasError('cluster_unreachable', `The API server cannot ${doing} now: ${said}`)
  const taken = conflicts(error)
  if (taken.length > 0) {
    const told = taken.map(({ field, manager }) => `${field} belongs to ${manager}`).join(', ')
    return new AtlasError('cluster_refused', `Atlas may not ${doing}: ${told}.`, {
      problems: taken.map(({ field, manager }) => ({
        where: field,
        message: `another manager has the field`,
        found: manager,
        expected: 'atlas',
      })),
      hint: 'Take that change back where it was made, or delete the object, and deploy again.',
    })
  }
  const problems = (status.details?.causes ?? []).map(({ field, message = '' }) => ({
    ...(field !== undefined && { where: field }),
    message,
  }))
  return new AtlasError('cluster_refused', `The API server refused to ${doing}: ${said}`, {
    problems,
    hint: hintOf(code, said),
  })
}

function hintOf(code: number, said: string): string {
  if (code === 401) return 'The kubeconfig has a credential that the cluster does not know (any more).'
  if (said.includes('exceeded quota')) return 'Two releases run side by side while traffic moves: widen the quota.'
  if (said.includes('violates PodSecurity')) return 'Change what is named above in the service, or the namespace.'
  if (code === 403) return 'Give the user of the kubeconfig the Role in docs/kubernetes.md: kubectl apply -f role.yaml'
  return 'Change what is named above and deploy again.'
}

function unreachable(error: unknown, doing: string): AtlasError {
  const { message, cause, name } = error as Error & { cause?: { code?: string; message?: string } }
  const why = name === 'TimeoutError' ? 'no answer in time' : (cause?.code ?? cause?.message ?? message)
  return new AtlasError('cluster_unreachable', `The cluster cannot be reached to ${doing}: ${why}`, {
    hint: 'kubectl --kubeconfig … version, from where the Atlas server runs',
  })
}
