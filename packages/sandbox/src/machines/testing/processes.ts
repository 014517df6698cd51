import { readdir, readFile } from 'node:fs/promises'

/** How many processes of this computer, in whatever namespaces, have a command line that this matches. */
export async function running(pattern: RegExp): Promise<number> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const lines = await Promise.all(names.map((pid) => readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => '')))
  return lines.filter((line) => pattern.test(line.replaceAll('\0', ' '))).length
}
