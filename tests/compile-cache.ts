import { join } from 'node:path'

/** Programs that tests start strip types and compile once, not at each of their hundreds of starts: as `atlas` does. */
export default function setup(): void {
  process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, '../node_modules/.cache/atlas')
}
