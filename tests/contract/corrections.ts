import { isRecord, type JsonRecord, type JsonValue, resolve } from './document.ts'

/**
 * Where the document contradicts itself, its own examples and DigitalOcean's own client (godo) decide:
 * - `change_backup_policy` and `snapshot` are mapped actions whose base schema does not list them;
 * - a database can be tagged, says the prose of tagging, and its schema does not;
 * - an image's action comes under `action`, and its schema shows it bare: here it may be both.
 * - a cluster's storage autoscaling comes under `autoscale`, and godo reads it bare: here it may be both.
 */
export function correct(document: JsonRecord): void {
  const actions = resolve(document, { $ref: '#/components/schemas/droplet_action' })
  const type = resolve(document, resolve(document, actions.properties).type)
  if (Array.isArray(type.enum)) type.enum = [...new Set([...type.enum, 'change_backup_policy', 'snapshot'])]

  const tagging = resolve(document, { $ref: '#/components/schemas/tags_resource' })
  const resources = resolve(document, resolve(document, tagging.properties).resources)
  const taggable = resolve(document, resolve(document, resolve(document, resources.items).properties).resource_type)
  if (Array.isArray(taggable.enum)) taggable.enum = [...new Set([...taggable.enum, 'database'])]

  const responses = resolve(document, { $ref: '#/components/responses' })
  for (const name of ['post_image_action_response', 'get_image_action_response']) {
    const media = resolve(document, resolve(document, resolve(document, responses[name]).content)['application/json'])
    if (isRecord(media.schema)) media.schema = { allOf: [media.schema], properties: { action: media.schema } }
  }

  const autoscale = resolve(
    document,
    resolve(document, resolve(document, responses.autoscale).content)['application/json'],
  )
  const { properties } = resolve(document, autoscale.schema)
  if (isRecord(properties) && isRecord(properties.autoscale))
    autoscale.schema = { allOf: [{ type: 'object', properties }, properties.autoscale] }
}

/** What the examples show and an answer has only under a condition. */
const conditional: readonly RegExp[] = [
  // With more than one page.
  /\/links\/pages$/,
  // With a standby node.
  /\/standby_(private_)?connection$/,
  // Of versions whose end is announced.
  /\/version_end_of_(life|availability)$/,
  // The old name of a size of one node.
  /\/load_balancer\/size$/,
  // Engines that an account may have or not.
  /\/advanced_(pg|mysql)$/,
  // With backups enabled, for the droplets that there are, while one is being taken.
  /\/policy\/(backup_policy|next_backup_window)$/,
  /^\/policies\/\d+$/,
  // Of weekly backups.
  /\/backup_policy\/weekday$/,
  /\/backup_progress$/,
  // In steps that have run, or failed.
  /\/destroyed_at$/,
  /\/completed_at$/,
  /\/error_message$/,
]

export const isConditional = (path: string): boolean => conditional.some((pattern) => pattern.test(path))

/** Fields that a schema leaves out and the examples show. */
export const withoutFields = (body: JsonValue, fields: readonly string[]): JsonValue =>
  isRecord(body) ? Object.fromEntries(Object.entries(body).filter(([key]) => !fields.includes(key))) : body
