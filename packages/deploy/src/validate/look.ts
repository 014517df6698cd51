import type { Connected } from '../machine/machine.ts'
import { platformNamed } from '../platforms/index.ts'
import type { Running } from '../platforms/platform.ts'
import type { Files } from '../proxies/files.ts'
import { proxies } from '../proxies/index.ts'
import type { ProxyName } from '../proxies/proxy.ts'

/** What a machine says of itself. */
export interface MachineSight {
  /** By lane. */
  running: ReadonlyMap<string, readonly Running[]>
  listening: Listener[]
  proxies: Record<ProxyName, ProxySight>
}

export interface ProxySight {
  runs: boolean
  /** Of its live configuration. */
  files: Files
}

export interface Listener {
  port: number
  /** `null`: it belongs to another user, whom this one may not look into. */
  pid: number | null
  program: string
  /** Folder of the instance, where `process` started it. */
  instance: string | null
}

/**
 * Reads only, and behind no lock. A line for each lane, listening port and file of the live configuration of a load balancer; file
 * texts in base64. Sockets are joined to processes by their inode, as `ss` does, which is not on every machine.
 */
const lookScript = `for one in /var/lib/atlas/lanes/*; do [ -d "$one" ] && echo "lane \${one##*/}"; done
sockets() {
  awk '$4 == "0A" {print "listen", $10, $2}' /proc/net/tcp /proc/net/tcp6 2> /dev/null
  ls -l /proc/[0-9]*/fd 2> /dev/null | awk '
    /^\\/proc\\// {split($1, part, "/"); pid = part[3]}
    /socket:\\[/ {inode = $NF; gsub(/socket:\\[|\\]/, "", inode); print "socket", inode, pid}'
}
sockets | awk '
  $1 == "listen" {address[$2] = $3}
  $1 == "socket" && ($2 in address) && !($2 in told) {told[$2] = 1; print address[$2], $3}
  END {for (inode in address) if (!(inode in told)) print address[inode], "-"}' | while read -r address pid; do
  instance=$(tr '\\0' '\\n' 2> /dev/null < "/proc/$pid/environ" | sed -n 's/^ATLAS_INSTANCE=//p' | head -n 1)
  program=$(tr ' ' '_' 2> /dev/null < "/proc/$pid/comm" || true)
  echo "port \${address##*:} $pid \${program:-unknown} \${instance:--}"
done
proxy() {
  pid=$(cat "$2" 2> /dev/null || true)
  [ -n "$pid" ] && [ -d "/proc/$pid" ] && echo "runs $1"
  cd "$3" 2> /dev/null || return 0
  for file in *.conf sites/*; do [ -f "$file" ] && echo "file $1 $file $(base64 -w 0 < "$file")"; done
}
${proxies.map(({ name, pidFile, live }) => `proxy ${name} ${pidFile} ${live}\n`).join('')}exit 0
`

/**
 * What a machine says: nothing on it is changed.
 * @param lanes those that it is on record for; what else it has is looked at too
 * @throws AtlasError `machine_unreachable`, `machine_refused`
 */
export async function lookAt(
  machine: Connected,
  { lanes, platforms }: { lanes: readonly string[]; platforms: readonly string[] },
  signal: AbortSignal,
): Promise<MachineSight> {
  const words = (await machine.run(['sh', '-c', lookScript], { signal })).split('\n').map((line) => line.split(' '))
  const named = (what: string) => words.flatMap(([first, ...rest]) => (first === what ? [rest] : []))
  const found = named('lane').map(([lane]) => lane!)
  const sightOf = (proxy: ProxyName): ProxySight => ({
    runs: named('runs').some(([name]) => name === proxy),
    files: Object.fromEntries(
      named('file').flatMap(([name, path, text = '']) =>
        name === proxy ? [[path!, Buffer.from(text, 'base64').toString()]] : [],
      ),
    ),
  })
  const all = [...new Set([...lanes, ...found])].map(async (lane) => {
    const running = platforms.map((name) => platformNamed(name).running({ machine, lane, signal }))
    return [lane, (await Promise.all(running)).flat()] as const
  })
  return {
    running: new Map(await Promise.all(all)),
    listening: named('port').map(([port, pid, program, instance]) => ({
      port: Number.parseInt(port!, 16),
      pid: pid === '-' ? null : Number(pid),
      program: program!,
      instance: instance === '-' ? null : instance!,
    })),
    proxies: { nginx: sightOf('nginx'), builtin: sightOf('builtin') },
  }
}
