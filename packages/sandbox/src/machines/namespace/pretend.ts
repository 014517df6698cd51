/*
 * Where the sandbox is not root's, a machine has one user id only: root's. Then `chown` and `setuid` to anyone else fail,
 * and with them `rsync -a`, `tar x`, nginx, PostgreSQL's packages … So, as Charliecloud does for containers
 * (https://hpc.github.io/charliecloud/ch-run.html, "root emulation"), a seccomp filter lets these calls do nothing
 * and succeed. Perl loads it, for Node cannot and Debian, Ubuntu and Fedora have it; where it is not there, the calls fail.
 */

interface Architecture {
  /** AUDIT_ARCH_… of linux/audit.h. */
  audit: number
  prctl: number
  /** chown, fchown, lchown, fchownat; then setuid, setgid and their kin; then setgroups. */
  pretended: readonly number[]
}

const architectures: Partial<Record<NodeJS.Architecture, Architecture>> = {
  x64: {
    audit: 0xc000003e,
    prctl: 157,
    pretended: [92, 93, 94, 260, 105, 106, 113, 114, 117, 119, 122, 123, 116],
  },
  arm64: { audit: 0xc00000b7, prctl: 167, pretended: [54, 55, 143, 144, 145, 146, 147, 149, 151, 152, 159] },
}

const [loadWord, jumpIfEqual, give] = [0x20, 0x15, 0x06]
const [allow, succeedWithNothingDone] = [0x7fff0000, 0x00050000]

/** struct sock_filter: code, where to go if true and if false, operand. */
function instruction(code: number, operand: number, ifTrue = 0, ifFalse = 0): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeUInt16LE(code, 0)
  bytes.writeUInt8(ifTrue, 2)
  bytes.writeUInt8(ifFalse, 3)
  bytes.writeUInt32LE(operand >>> 0, 4)
  return bytes
}

/** The filter's program: other architectures' calls and all other calls go through. */
export function pretendFilter({ audit, pretended }: Architecture): Buffer {
  const count = pretended.length
  return Buffer.concat([
    instruction(loadWord, 4),
    instruction(jumpIfEqual, audit, 0, count + 1),
    instruction(loadWord, 0),
    ...pretended.map((call, i) => instruction(jumpIfEqual, call, count - i)),
    instruction(give, allow),
    instruction(give, succeedWithNothingDone),
  ])
}

const loader =
  'my $f = pack("H*", shift); my $p = pack("S x6 P", length($f) / 8, $f); syscall(shift() + 0, 22, 2, $p); ' +
  'chdir($ENV{HOME}) or chdir("/"); exec { $ARGV[0] } @ARGV or die "$ARGV[0]: $!\\n"'

/** argv to put before a command so that it, and all that it starts, may pretend; undefined on other architectures. */
export function pretending(arch = process.arch): string[] | undefined {
  const architecture = architectures[arch]
  if (!architecture) return
  return ['perl', '-e', loader, pretendFilter(architecture).toString('hex'), String(architecture.prctl)]
}
