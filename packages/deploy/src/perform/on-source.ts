import type { Actions, Doing } from './performer.ts'

/** Steps in the repository: the same whatever services run on. */
export const onSource: Pick<Actions<Doing>, 'fetch' | 'tag'> = {
  async fetch({ source }, { given: { source: from, tag } }) {
    await source.tree(from.url, from.commit)
    if (tag !== null) await source.checkTag(from.url, tag, from.commit)
  },

  async tag({ source }, { given: { source: from, tag } }) {
    if (tag !== null) await source.tag(from.url, tag, from.commit)
  },
}
