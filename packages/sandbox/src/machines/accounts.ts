import { join } from 'node:path'
import { readOnDisk } from './disk-files.ts'
import type { Account } from './ssh/inside.ts'

/** Accounts by /etc/passwd's lines. */
export const accountsIn = (passwd: string): Account[] =>
  passwd.split('\n').flatMap((line) => {
    const [name, , uid, gid, , home, shell] = line.split(':')
    return name && home ? [{ name, uid: Number(uid), gid: Number(gid), home, shell: shell || '/bin/sh' }] : []
  })

export async function accountOn(root: string, name: string): Promise<Account | undefined> {
  const passwd = await readOnDisk(root, 'etc/passwd').catch(() => '')
  return accountsIn(passwd).find((account) => account.name === name)
}

export const authorizedKeysOn = (root: string, { home }: Account): Promise<string> =>
  readOnDisk(root, join(home, '.ssh/authorized_keys')).catch(() => '')

/** This computer's root and system accounts, so that what is installed here finds the users it expects. */
export function systemAccounts(passwd: string): string {
  const kept = passwd.split('\n').filter((line) => {
    const [name, , uid] = line.split(':')
    return name !== 'root' && (Number(uid) < 1000 || name === 'nobody') && uid !== '0' && uid !== undefined
  })
  return ['root:x:0:0:root:/root:/bin/bash', ...kept, ''].join('\n')
}

export const systemGroups = (group: string): string => {
  const kept = group.split('\n').flatMap((line) => {
    const [name, , gid] = line.split(':')
    return gid !== undefined && (Number(gid) < 1000 || name === 'nogroup') ? [`${name}:x:${gid}:`] : []
  })
  return [...kept, ''].join('\n')
}
