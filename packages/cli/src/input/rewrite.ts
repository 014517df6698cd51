import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs'

/**
 * Puts another text into a file, all of it or nothing, whenever this process ends. `false`: it says something else by
 * now than what was read, and is left as it is.
 */
export function rewrite(path: string, { from, to }: { from: string; to: string }): boolean {
  // What a link points at is changed, not the link.
  const file = realpathSync(path)
  if (readFileSync(file, 'utf8') !== from) return false
  const next = `${file}.${process.pid}.new`
  const opened = openSync(next, 'wx', statSync(file).mode)
  writeFileSync(opened, to)
  fsyncSync(opened)
  closeSync(opened)
  renameSync(next, file)
  return true
}
