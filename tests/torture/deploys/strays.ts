import { setTimeout as sleep } from 'node:timers/promises'
import { deploys } from '@atlas/client'
import { patiently } from '../../deploys/patiently.ts'
import type { Platform } from '../../deploys/project.ts'
import { environment, type Ground, serving, websOf } from './ground.ts'

const ports = `ss -Hltn | awk '{print $4}' | sed -n 's/.*:\\(8[0-9][0-9][0-9]\\)$/port \\1/p' | sort -u`

/** Prints what runs and what lies half-made: `instance NAME`, `half PATH`, `port N`. */
const looks: Record<Platform, string> = {
  process: `cd /var/lib/atlas/lanes 2> /dev/null || exit 0
for one in */run/*; do [ -e "$one" ] && echo "instance $one"; done
for one in */releases/.partial*; do [ -e "$one" ] && echo "half $one"; done
${ports}`,
  docker: `docker ps --all --format 'instance {{.Names}}' || exit 0
for one in /var/tmp/atlas-build.* /var/lib/atlas/exports/*.next; do [ -e "$one" ] && echo "half $one"; done
docker ps --all --filter status=created --filter status=exited --filter status=dead --format 'half {{.Names}}'
${ports}`,
}

/** What a dead worker began on a machine may take so long to find out that nobody waits for it. Milliseconds. */
const patienceMs = 20_000

/** What runs, listens or lies on the machines beside the one instance of each service that serves. */
export async function strays(ground: Ground): Promise<string[]> {
  const { client, project } = ground
  if (!(await serving(ground))?.release) return []
  const { services } = await patiently(() => deploys(client.api).services(project.name, environment))
  const wanted = services.map(({ port }) => `port ${port}`)
  for (const giveUpAt = performance.now() + patienceMs; ; await sleep(500)) {
    const webs = await websOf(ground)
    const found = (await Promise.all(webs.map((web) => on(ground, web, wanted)))).flat()
    if (found.length === 0 || performance.now() > giveUpAt) return found
  }
}

async function on(ground: Ground, machine: string, wanted: readonly string[]): Promise<string[]> {
  const lines = (await ground.on(machine, looks[ground.platform])).split('\n')
  const listening = lines.filter((line) => line.startsWith('port '))
  const instances = lines.filter((line) => line.startsWith('instance '))
  return [
    ...listening.filter((port) => !wanted.includes(port)).map((port) => `${port} is nobody's`),
    ...wanted.filter((port) => !listening.includes(port)).map((port) => `nobody listens at ${port}`),
    ...(instances.length === wanted.length ? [] : instances),
    ...lines.filter((line) => line.startsWith('half ')),
  ].map((what) => `${machine}: ${what}`)
}
