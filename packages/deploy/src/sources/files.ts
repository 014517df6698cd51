import type { Tree } from '../platforms/platform.ts'
import { archive, git, lines } from './git-command.ts'

/** The files of a commit, or of a tree, that is in the repository at `cwd`. */
export const filesOf = (cwd: string, commit: string): Tree => ({
  read: (path) => git(['cat-file', 'blob', `${commit}:${path}`], { cwd, what: '' }).catch(() => undefined),
  list: async () =>
    lines(await git(['ls-tree', '-r', '--name-only', commit], { cwd, what: `${commit} cannot be read` })),
  archive: () => archive(cwd, commit),
})
