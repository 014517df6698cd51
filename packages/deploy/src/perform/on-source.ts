import type { Actions, Doing } from './performer.ts'

/** Steps in the repository: the same whatever services run on. */
export const onSource: Pick<Actions<Doing>, 'fetch' | 'tag'> = {
  async fetch({ sources }, { task: { workspace }, given: { project, source: from, tag } }) {
    const source = sources({ workspace, project })
    await source.tree(from.url, from.commit)
    if (tag !== null) await source.checkTag(from.url, tag, from.commit)
  },

  async tag({ sources }, { task: { workspace }, given: { project, source: from, tag } }) {
    if (tag !== null) await sources({ workspace, project }).tag(from.url, tag, from.commit)
  },
}
