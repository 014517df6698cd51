import { makeDataFolder, signIn } from '@atlas/client'
import { AtlasError } from '@atlas/core'
import { type Hold, holderOf, holdFolder, PostgresError } from '@atlas/postgres'
import { type CloudChoice, lastServer, type RunningServer } from './server-file.ts'

/** A start is either the one server of a data folder, or a guest of the one that runs. */
export type Entry = { role: 'owner'; hold: Hold } | { role: 'guest'; server: RunningServer; leave(): void }

/**
 * Takes the data folder, or joins the server that has it. A server that is just starting or ending is waited for.
 * @throws AtlasError `data_folder_busy` when the other server does not answer, or serves another cloud; `config_invalid` where no
 * folder can be made
 */
export async function enter(dataDir: string, wanted: CloudChoice, patienceMs = 30_000): Promise<Entry> {
  makeDataFolder(dataDir)
  const end = Date.now() + patienceMs
  for (;;) {
    const hold = tryHold(dataDir)
    if (hold) return { role: 'owner', hold }
    const guest = await tryJoin(dataDir, wanted)
    if (guest) return guest
    if (Date.now() >= end) throw silent(dataDir)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

function tryHold(dataDir: string): Hold | undefined {
  try {
    return holdFolder(dataDir)
  } catch (error) {
    if (error instanceof PostgresError && error.code === 'folder_busy') return undefined
    throw error
  }
}

/**
 * Signs in before asking whether the server is there, and the server looks for guests after it took its file away: so
 * either this sees the server leave, or the server sees its guest.
 */
async function tryJoin(dataDir: string, wanted: CloudChoice): Promise<Entry | undefined> {
  const leave = signIn(dataDir)
  const server = lastServer(dataDir)
  const holder = holderOf(dataDir)
  if (server && server.pid === holder?.pid && (await answers(server.url))) {
    if (sameCloud(server.cloud, wanted)) return { role: 'guest', server, leave }
    leave()
    throw otherCloud(server, wanted)
  }
  leave()
  return undefined
}

async function answers(url: string): Promise<boolean> {
  try {
    // 503 is an answer too: the server lives, its database is away.
    const answer = await fetch(`${url}/api/v1/health`, { signal: AbortSignal.timeout(2_000) })
    await answer.arrayBuffer()
    return answer.ok || answer.status === 503
  } catch {
    return false
  }
}

/** A start that names no cloud is content with any. */
const sameCloud = (has: CloudChoice, wanted: CloudChoice) =>
  wanted.endpoint === 'none' || (has.endpoint === wanted.endpoint && has.credential === wanted.credential)

function otherCloud(server: RunningServer, wanted: CloudChoice): AtlasError {
  const difference =
    server.cloud.endpoint === wanted.endpoint
      ? `uses another credential for ${wanted.endpoint}`
      : `serves ${server.cloud.endpoint}, and this start is for ${wanted.endpoint}`
  return new AtlasError('data_folder_busy', `The server on ${server.data_dir} (process ${server.pid}) ${difference}.`, {
    hint: `stop that one (kill ${server.pid}), or choose another folder with --data-dir`,
  })
}

function silent(dataDir: string): AtlasError {
  const holder = holderOf(dataDir)
  return new AtlasError(
    'data_folder_busy',
    `${dataDir} is held by process ${holder?.pid} since ${holder?.since}, which does not answer.`,
    { hint: holder ? `end it (kill ${holder.pid}), or choose another folder with --data-dir` : 'start again' },
  )
}
