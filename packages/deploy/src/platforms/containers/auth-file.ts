import type { Login } from '../platform.ts'

/** What Docker (`config.json`), Podman (`auth.json`) and kubelets log in to registries with: one form for all of them. */
export const authFile = (logins: readonly Login[]): string =>
  JSON.stringify({
    auths: Object.fromEntries(
      logins.map(({ registry, username, password }) => [
        registry,
        { username, password, auth: Buffer.from(`${username}:${password}`).toString('base64') },
      ]),
    ),
  })
