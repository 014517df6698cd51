/** Whether only programs on this computer can reach it. */
export const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || /^127\./.test(host)

/** What a client on this computer can ask: an address that means every one of ours is none to connect to. */
export function reachable(url: string): string {
  const { port, hostname } = new URL(url)
  if (hostname === '0.0.0.0') return `http://127.0.0.1:${port}`
  return hostname === '[::]' ? `http://[::1]:${port}` : url
}
