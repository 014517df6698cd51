import { serverOf } from './server.fixture.ts'

export interface Sent {
  body?: object
  headers?: Record<string, string>
}

/** Requests as any program would send them, with the server's own token. */
export const requests =
  (dataDir: string) =>
  async (method: string, path: string, { body, headers }: Sent = {}) => {
    const { url, token } = serverOf(dataDir)
    const answer = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }), ...headers },
      ...(body && { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    return { status: answer.status, headers: answer.headers, text, json: text === '' ? undefined : JSON.parse(text) }
  }
