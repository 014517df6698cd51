import { lstatSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Mounted } from '../machine.ts'
import { shellLine } from '../words.ts'
import { batch, inside, setSwitches, switches, type Wire } from './network.ts'

/*
 * The life of a machine, in order. `unshare` makes its namespaces and forks; its child is the machine's process 1 and runs
 * four scripts, one after the other in the same process:
 *
 *   wait   has no rights yet: says "waiting" until we have written its id map and laid its network links
 *   build  sees this computer's files: puts the machine's together under its disk
 *   enter  makes the disk its root, so that this computer's files are gone; configures the network; says "up"
 *   init   collects orphans; ends the machine on "off", or when we end and the pipe closes
 *
 * `unshare` itself stays behind in the namespace of `build`, where volumes can still be mounted from this computer:
 * /mnt is shared between the two.
 */

export interface Shape {
  /** The disk's folder: `root` is the machine's /, `usr` what it has changed of /usr. Beside it is what `prepare` makes. */
  folder: string
  name: string
  volumes: readonly Mounted[]
  wire: Wire
}

const devices = ['null', 'zero', 'full', 'random', 'urandom', 'tty']

/** For mount(8) to do at once: a process for each would take longer than the mounts. */
const table = [
  ['proc', 'proc', 'proc', 'defaults'],
  ...devices.map((name) => [`/dev/${name}`, `dev/${name}`, 'none', 'bind']),
  ['devpts', 'dev/pts', 'devpts', 'newinstance,ptmxmode=0666,mode=0620'],
  ['shm', 'dev/shm', 'tmpfs', 'mode=1777'],
  ['run', 'run', 'tmpfs', 'mode=755'],
] as const

const links = { ptmx: 'pts/ptmx', fd: '/proc/self/fd', stdin: 'fd/0', stdout: 'fd/1', stderr: 'fd/2' }

/** What is easier made outside: the table of mounts, what /dev has besides devices, overlayfs's own folder. */
export function prepare({ folder }: Shape): void {
  const [beside, root] = [join(folder, '..'), join(folder, 'root')]
  const escaped = (path: string) =>
    path.replace(/[\s\\]/g, (one) => `\\0${one.charCodeAt(0).toString(8).padStart(2, '0')}`)
  const rows = table.map(([what, where, kind, how]) => `${what} ${escaped(join(root, where))} ${kind} ${how} 0 0\n`)
  writeFileSync(join(beside, 'fstab'), rows.join(''))
  for (const path of ['work', 'dev/pts', 'dev/shm']) mkdirSync(join(beside, path), { recursive: true })
  for (const [name, target] of Object.entries(links)) {
    const path = join(beside, 'dev', name)
    if (!lstatSync(path, { throwIfNoEntry: false })) symlinkSync(target, path)
  }
}

export const waitScript = 'echo waiting; read -r _ && exec /bin/bash --norc -c "$1"'

export function buildScript({ folder, volumes, ...rest }: Shape): string {
  return `set -e
cd ${shellLine([folder])}
mount --bind root root
for name in usr proc sys dev run mnt; do
  [ -d root/$name ] && [ ! -L root/$name ] || { rm -rf root/$name; mkdir root/$name; }; done
mount -t overlay usr -o lowerdir=/usr,upperdir=usr,workdir=../work,userxattr root/usr 2>/dev/null || {
  mount --rbind /usr root/usr; mount -o remount,bind,ro root/usr; }
cd root
for name in bin sbin lib lib32 lib64 libx32; do
  if [ -L "/$name" ]; then [ -L $name ] || cp -P "/$name" $name
  elif [ -d "/$name" ]; then mkdir -p $name; mount --rbind "/$name" $name; mount -o remount,bind,ro $name; fi
done
mount -t tmpfs -o mode=755,size=1m dev dev
cp -a ../../dev/. dev
for name in ${devices.join(' ')}; do : > dev/$name; done
mount -a -T ../../fstab
mount -t sysfs -o ro sys sys 2>/dev/null || mount --rbind /sys sys
mount --bind --make-shared mnt mnt
${volumes.map((volume) => mountVolume('mnt', volume)).join('\n')}
exec unshare -m --propagation unchanged /bin/bash --norc -c ${shellLine([enterScript(rest)])}`
}

const enterScript = ({ name, wire }: Pick<Shape, 'name' | 'wire'>): string => `set -e
pivot_root . .
umount -l .
cd /
hostname ${shellLine([name])}
${setSwitches(switches)}
ip -batch - <<'lines'
${batch(inside(wire))}lines
mount -o bind,ro /proc/sys /proc/sys
[ ! -e /proc/sysrq-trigger ] || mount --bind /dev/null /proc/sysrq-trigger
echo up
exec -a init /bin/bash --norc /dev/fd/9 9<<'script'
${initScript}
script`

/** Only the shell's own commands, so that the machine's last process is told from the ones that count. */
export const initScript = `while read -r word; do
  [ "$word" = off ] || continue
  kill -TERM -1
  for (( tick = 0; tick < 200; tick++ )); do
    set -- /proc/[0-9]*
    (( $# > 1 )) || exit 0
    read -r -t 0.05 word
  done
  exit 0
done`

/** A line of shell for the namespace of `build`; \`mnt\` is the path of the machine's /mnt there. */
export const mountVolume = (mnt: string, { name, data }: Mounted): string =>
  `mkdir -p ${shellLine([`${mnt}/${name}`])}; mountpoint -q ${shellLine([`${mnt}/${name}`])} || mount --bind ${shellLine([data, `${mnt}/${name}`])}`

export const unmountVolume = (mnt: string, name: string): string =>
  `umount -l ${shellLine([`${mnt}/${name}`])}; rmdir ${shellLine([`${mnt}/${name}`])}`
