import { isRecord, type JsonValue } from './document.ts'

/** What an action needs and the document leaves optional: `resize` without `size` passes its schema. */
const needs: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  dropletActions_post: {
    rename: ['name'],
    resize: ['size'],
    restore: ['image'],
    rebuild: ['image'],
    change_kernel: ['kernel'],
    change_backup_policy: ['backup_policy'],
  },
  volumeActions_post_byId: { attach: ['droplet_id'], detach: ['droplet_id'], resize: ['size_gigabytes'] },
  volumeActions_post: { attach: ['volume_name', 'droplet_id'], detach: ['volume_name', 'droplet_id'] },
  reservedIPsActions_post: { assign: ['droplet_id'] },
  floatingIPsAction_post: { assign: ['droplet_id'] },
  imageActions_post: { transfer: ['region'] },
}

/** What every create needs beyond the document, whose shared schemas cannot require it. */
const always: Readonly<Record<string, readonly string[]>> = {
  sshKeys_create: ['name', 'public_key'],
  vpcs_create: ['name', 'region'],
  firewalls_create: ['name'],
  tags_create: ['name'],
  volumes_create: ['name', 'size_gigabytes'],
  domains_create: ['name'],
  projects_create: ['name', 'purpose'],
}

/** Fields that the cloud takes, the examples show and the schemas leave out. */
export const undeclared: Readonly<Record<string, readonly string[]>> = {
  volumeActions_post: ['volume_name'],
}

export function missingFields(operation: string, body: JsonValue | undefined): string[] {
  if (!isRecord(body)) return []
  const perAction = needs[operation]?.[String(body.type)] ?? []
  const wanted = [...(always[operation] ?? []), ...perAction]
  return wanted.filter((field) => body[field] === undefined).map((field) => `${field} is missing`)
}
