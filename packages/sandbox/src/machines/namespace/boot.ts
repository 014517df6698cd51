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
  /** The disk's folder: `root` is the machine's /, `usr` what it has changed of /usr, beside it `work` for overlayfs. */
  folder: string
  name: string
  volumes: readonly Mounted[]
  wire: Wire
}

export const waitScript = 'echo waiting; read -r _ && exec /bin/bash --norc -c "$1"'

export function buildScript(shape: Shape): string {
  const mounts = shape.volumes.map(({ name, data }) => mountVolume('mnt', { name, data }))
  return `set -e
cd ${shellLine([shape.folder])}
rm -rf ../work; mkdir ../work
mount --bind root root
for name in usr proc sys dev run mnt; do
  [ -d root/$name ] && [ ! -L root/$name ] || { rm -rf root/$name; mkdir root/$name; }; done
mount -t overlay usr -o lowerdir=/usr,upperdir=usr,workdir=../work,userxattr root/usr 2>/dev/null || {
  mount --rbind /usr root/usr; mount -o remount,bind,ro root/usr; }
cd root
for name in bin sbin lib lib32 lib64 libx32; do
  if [ -L /$name ]; then ln -sfn "$(readlink /$name)" $name
  elif [ -d /$name ]; then mkdir -p $name; mount --rbind /$name $name; mount -o remount,bind,ro $name; fi
done
mount -t proc proc proc
mount -t sysfs -o ro sys sys 2>/dev/null || mount --rbind /sys sys
mount -t tmpfs -o mode=755,size=1m dev dev
for name in null zero full random urandom tty; do : > dev/$name; mount --bind /dev/$name dev/$name; done
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666,mode=0620 devpts dev/pts
mount -t tmpfs -o mode=1777 shm dev/shm
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ln -s fd/0 dev/stdin; ln -s fd/1 dev/stdout; ln -s fd/2 dev/stderr
mount -t tmpfs -o mode=755 run run
mkdir -m 1777 run/lock
mount --bind mnt mnt; mount --make-shared mnt
${mounts.join('\n')}
exec unshare -m --propagation unchanged /bin/bash --norc -c ${shellLine([enterScript(shape)])}`
}

const enterScript = ({ name, wire }: Shape): string => `set -e
pivot_root . .
umount -l .
cd /
hostname ${shellLine([name])}
${setSwitches(switches)}
ip -batch - <<'lines'
${batch(inside(wire))}lines
mount --bind /proc/sys /proc/sys; mount -o remount,bind,ro /proc/sys
[ ! -e /proc/sysrq-trigger ] || mount --bind /dev/null /proc/sysrq-trigger
echo up
exec -a init /bin/bash --norc /dev/fd/9 9<<'script'
${initScript}
script`

/** Only the shell's own commands, so that the machine's last process is told from the ones that count. */
const initScript = `while read -r word; do
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
