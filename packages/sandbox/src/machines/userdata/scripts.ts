import { shellLine } from '../words.ts'
import { type CloudConfig, type Command, type ConfigFile, type ConfigUser, readCloudConfig } from './config.ts'
import { type Part, partsOf } from './parts.ts'

/**
 * What a machine runs, in the order of cloud-init: `boot` at every start, `init` at the first one before SSH answers,
 * `final` after it. All are text for /bin/sh with `ROOT` (before every path; empty in a machine with a root of its own)
 * and `UIDS` (`many`, or `one` where all users share one id).
 */
export interface BootScripts {
  boot: string
  init: string
  final: string
}

/** User data as the three scripts. What it asks for and cannot be had is said in the machine's cloud-init-output.log. */
export function bootScripts(userData: string): BootScripts {
  const pieces = partsOf(userData).map(pieceScripts)
  const all = (stage: keyof BootScripts) => pieces.map((piece) => piece[stage]).filter(Boolean)
  return {
    boot: lines(all('boot')),
    init: lines([preamble, ...all('init')]),
    final: lines([preamble, ...all('final')]),
  }
}

function pieceScripts(part: Part, index: number): BootScripts {
  if (part.kind === 'script') return { boot: '', init: '', final: runScript(part.text, index) }
  if (part.kind === 'unknown') return { boot: '', init: '', final: say(`User data was not run: ${part.why}.`) }
  const read = readCloudConfig(part.text)
  if ('error' in read) return { boot: '', init: '', final: say(`cloud-config was not read: ${read.error}`) }
  return configScripts(read.config, read.ignored)
}

const configScripts = (config: CloudConfig, ignored: string[]): BootScripts => ({
  boot: lines(config.bootcmd.map(commandLine)),
  init: lines([
    config.hostname && `set_hostname ${shellLine([config.hostname])}`,
    ...config.write_files.filter((file) => !file.defer).map(writeFile),
    ...config.users.filter((user) => typeof user !== 'string').map(addUser),
    ...config.ssh_authorized_keys.map((key) => shellLine(['authorize', 'root', key])),
    ...Object.entries(config.ssh_keys).map(hostKey),
  ]),
  final: lines([
    ...ignored.map((key) => say(`cloud-config: ${key} is not done by the sandbox.`)),
    ...config.packages.map((name) => shellLine(['need_package', name])),
    ...config.write_files.filter((file) => file.defer).map(writeFile),
    ...config.runcmd.map(commandLine),
  ]),
})

const lines = (some: readonly (string | undefined)[]): string => some.filter(Boolean).join('\n')

const say = (text: string): string => shellLine(['echo', text])

/** A list is one command with its words; a text is a line for the shell. A failing one does not stop the others. */
const commandLine = (command: Command): string =>
  typeof command === 'string' ? `( ${command}\n)` : `( ${shellLine(command)} )`

const runScript = (text: string, index: number): string => {
  const path = `/var/lib/cloud/instance/scripts/part-${String(index + 1).padStart(3, '0')}`
  return lines([
    writeFile({ path, content: text, encoding: 'text/plain', permissions: '0700', owner: 'root:root', append: false }),
    `"$ROOT${path}"`,
  ])
}

function writeFile(file: Omit<ConfigFile, 'defer'>): string {
  const encoding = file.encoding.toLowerCase()
  const isBase64 = /base64|b64/.test(encoding)
  const content = isBase64 ? file.content.replace(/\s/g, '') : Buffer.from(file.content).toString('base64')
  const unpack = /gz/.test(encoding) ? ' | gunzip' : ''
  const path = shellLine([file.path])
  return lines([
    `make_parent ${path}`,
    `printf %s '${content}' | base64 -d${unpack} ${file.append ? '>>' : '>'} "$ROOT"${path}`,
    `own ${shellLine([file.owner, file.permissions])} ${path}`,
  ])
}

const addUser = (user: ConfigUser): string =>
  lines([
    shellLine([
      'add_user',
      user.name,
      user.uid ?? '',
      user.gecos,
      user.homedir ?? `/home/${user.name}`,
      user.shell,
      user.no_create_home ? '' : 'home',
    ]),
    ...user.groups.map((group) => shellLine(['join_group', user.name, group])),
    ...user.ssh_authorized_keys.map((key) => shellLine(['authorize', user.name, key])),
  ])

/** `ed25519_private`, `ed25519_public`: a host key that was made by whoever ordered the machine, so that they know it beforehand. */
const hostKey = ([name, text]: [string, string]): string => {
  const [, kind, half] = /^(\w+)_(private|public)$/.exec(name) ?? []
  if (!kind) return say(`cloud-config: ssh_keys.${name} is not known.`)
  const path = `/etc/ssh/ssh_host_${kind}_key${half === 'public' ? '.pub' : ''}`
  const permissions = half === 'public' ? '0644' : '0600'
  const content = text.endsWith('\n') ? text : `${text}\n`
  return writeFile({ path, content, encoding: 'text/plain', permissions, owner: 'root:root', append: false })
}

const preamble = `
make_parent() { mkdir -p "$ROOT$(dirname "$1")"; }
own() { chmod "$2" "$ROOT$3"; [ "$UIDS" = many ] && chown "$1" "$ROOT$3"; true; }
set_hostname() { printf '%s\\n' "$1" > "$ROOT/etc/hostname"; [ -n "$ROOT" ] || hostname "$1"; }
free_id() { id=1000; while cut -d: -f3 "$ROOT/etc/passwd" | grep -qx "$id"; do id=$((id + 1)); done; echo "$id"; }
add_user() {
  grep -q "^$1:" "$ROOT/etc/passwd" && return
  id=\${2:-$(free_id)}; [ "$UIDS" = many ] || id=0
  printf '%s:x:%s:%s:%s:%s:%s\\n' "$1" "$id" "$id" "$3" "$4" "$5" >> "$ROOT/etc/passwd"
  printf '%s:x:%s:\\n' "$1" "$id" >> "$ROOT/etc/group"
  [ -z "$6" ] || { mkdir -p "$ROOT$4"; [ "$UIDS" = one ] || chown "$id:$id" "$ROOT$4"; }
}
join_group() {
  grep -q "^$2:" "$ROOT/etc/group" || printf '%s:x:%s:\\n' "$2" "$(free_id)" >> "$ROOT/etc/group"
  sed -i "s/^$2:.*[^:]$/&,$1/; s/^$2:.*:$/&$1/" "$ROOT/etc/group"
}
authorize() {
  line=$(grep "^$1:" "$ROOT/etc/passwd") || return
  home=$ROOT$(echo "$line" | cut -d: -f6); owner=$(echo "$line" | cut -d: -f3,4)
  mkdir -p "$home/.ssh"; printf '%s\\n' "$2" >> "$home/.ssh/authorized_keys"
  chmod 700 "$home/.ssh"; chmod 600 "$home/.ssh/authorized_keys"
  [ "$UIDS" = one ] || chown -R "$owner" "$home/.ssh"
}
need_package() {
  if command -v "$1" || dpkg-query -W -f '\${Package} \${Version} is already installed\\n' "$1" 2>/dev/null; then return; fi
  echo "package $1: this machine has only what the computer under it has installed; the sandbox cannot install it"
}
`.trim()
