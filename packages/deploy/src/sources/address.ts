import { AtlasError } from '@atlas/core'

/** `ext::` and the like run programs; a dash would be an option. */
export function refuseOddUrl(url: string): void {
  if (/^(https|ssh|file):\/\/\S+$/.test(url) || /^[\w.-]+@[\w.-]+:[^\s:]\S*$/.test(url)) return
  throw new AtlasError('config_invalid', `${url} is no address of a repository that Atlas reads.`, {
    hint: 'use https://…, ssh://…, file:///… or user@host:path in git_config of deployment_config.json',
  })
}
