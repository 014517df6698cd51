import { AtlasError } from '@atlas/core'
import type { ServiceConfig } from '../../config/schema.ts'
import type { Tree } from '../platform.ts'

/**
 * What starts a service: its configured command, else its line in a Procfile (of its folder, where `web` will do, or of
 * the repository), else the start script of its package.json.
 * @throws AtlasError `deploy_impossible`
 */
export async function commandOf(name: string, { command, path }: ServiceConfig, tree: Tree): Promise<string> {
  if (command !== undefined) return command
  const own = await tree.read(under(path, 'Procfile'))
  const shared = path === '.' ? own : await tree.read('Procfile')
  const line = lineOf(own, name) ?? (path === '.' ? undefined : lineOf(own, 'web')) ?? lineOf(shared, name)
  if (line !== undefined) return line
  if (hasStart(await tree.read(under(path, 'package.json')))) return 'npm start'
  throw new AtlasError('deploy_impossible', `Nothing says how ${name} is started.`, {
    problems: [
      {
        where: path,
        message: `${name} cannot be started`,
        found: 'neither a Procfile with its line nor a package.json with a start script',
        expected: `"command" in its configuration, or ${under(path, 'Procfile')} with "${name}: …"`,
      },
    ],
    hint: `add to ${under(path, 'package.json')}: "scripts": {"start": "node server.js"}`,
  })
}

const under = (path: string, file: string) => (path === '.' ? file : `${path.replace(/\/$/, '')}/${file}`)

const lineOf = (procfile: string | undefined, name: string): string | undefined =>
  procfile
    ?.split('\n')
    .map((line) => /^([A-Za-z0-9_-]+):\s*(\S.*)$/.exec(line.trim()))
    .find((match) => match?.[1] === name)?.[2]

function hasStart(packageJson: string | undefined): boolean {
  try {
    const { scripts } = JSON.parse(packageJson ?? '{}') as { scripts?: { start?: unknown } }
    return typeof scripts?.start === 'string'
  } catch {
    return false
  }
}
