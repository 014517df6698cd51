/** What runs containers on a machine. Both take the same commands, but for what is said here. */
export interface Engine {
  name: 'docker' | 'podman'
  /** A shell function `ensure_engine`: it answers, installed and begun where it was not. */
  ensure: string
  /** Words for a pull from the machine's own loopback. */
  pull: readonly string[]
  /**
   * Shell functions for a registry, with the login in `$dir/config.json`: `pull_from REFERENCE` and `push_to REFERENCE`, which
   * leaves the digest that the registry gave it in `$dir/digest`. `$plain` is 1 where it speaks http.
   */
  remote: string
  /** Words for `save`. */
  save: readonly string[]
  /** Words for `create`: it comes back after a reboot, and keeps a bounded log. */
  create: readonly string[]
  /**
   * Shell functions for the secrets of the container `$name`, with its folder `$dir`: `keep_secret NAME` reads one from
   * standard input, `secret_words UID NAME…` prints words for `create`, one a line, `drop_secrets NAME` forgets those of
   * a container.
   */
  secrets: string
}

const missing = (program: string, packages: string): string[] => [
  `${program} is not installed and apt-get could not install it.`,
  `Install it there (apt-get install ${packages}; for machines of the sandbox on this computer, as root), or choose`,
  '"deployment_platform": "process" in deployment_config.json, which needs no engine.',
]

const installed = (program: string, packages: string) => `  command -v ${program} > /dev/null || {
    export DEBIAN_FRONTEND=noninteractive
    { apt-get update -qq && apt-get install -y -qq ${packages}; } > /dev/null 2>&1 ||
      { printf '%s\\n' ${missing(program, packages)
        .map((line) => `'${line}'`)
        .join(' ')} >&2; exit 1; }
  }
`

/** For a shell in a control group namespace of its own: what an init usually mounts, where none did. */
const mountControlGroups = `if ! grep -q " /sys/fs/cgroup[/ ]" /proc/self/mounts; then
      if ! cut -d: -f1 /proc/self/cgroup | grep -qv "^0$"; then mount -t cgroup2 cgroup2 /sys/fs/cgroup
      else
        mount -t tmpfs cgroups /sys/fs/cgroup
        cut -d: -f2 /proc/self/cgroup | while read -r one; do
          case $one in "") continue ;; name=*) how=none,$one ;; *) how=$one ;; esac
          mkdir -p "/sys/fs/cgroup/\${one#name=}"
          mount -t cgroup -o "$how" cgroup "/sys/fs/cgroup/\${one#name=}"
        done
      fi
    fi`

/** Where no systemd starts it. */
const begin = `begin_dockerd() {
  setsid unshare --mount --cgroup sh -c '${mountControlGroups}
    exec dockerd' 9>&- 7>&- < /dev/null > /var/log/dockerd.log 2>&1 &
  dockerd=$!
}
`

export const docker: Engine = {
  name: 'docker',
  ensure: `${begin}ensure_engine() {
  PATH=$PATH:/usr/sbin:/sbin
  docker version > /dev/null 2>&1 && return
  exec 7>>/var/lib/atlas/engine.lock
  flock -w 300 7
  docker version > /dev/null 2>&1 && { exec 7>&-; return; }
${installed('dockerd', 'docker.io')}
  dockerd=
  if [ -d /run/systemd/system ]; then systemctl enable --now docker > /dev/null 2>&1 || true
  else begin_dockerd; fi
  tick=0
  until docker version > /dev/null 2>&1; do
    { [ "$tick" -lt 240 ] && { [ -z "$dockerd" ] || kill -0 "$dockerd" 2> /dev/null; }; } ||
      { echo "the Docker engine does not answer: $(tail -n 3 /var/log/dockerd.log 2> /dev/null)" >&2; exit 1; }
    sleep 0.25
    tick=$((tick + 1))
  done
  exec 7>&-
}
`,
  pull: ['--quiet'],
  // It speaks http to its own loopback without being told.
  remote: `pull_from() { docker --config "$dir" pull --quiet "$1"; }
push_to() {
  docker --config "$dir" push "$1" > "$dir/pushed" || return
  sed -n 's/.*digest: \\(sha256:[0-9a-f]*\\).*/\\1/p' "$dir/pushed" > "$dir/digest"
}
`,
  save: [],
  create: [
    ...['--restart', 'unless-stopped'],
    ...['--log-driver', 'json-file', '--log-opt', 'max-size=10m', '--log-opt', 'max-file=3'],
  ],
  // Docker keeps secrets only in a swarm: files of the machine, which only root can reach, are mounted in their place.
  secrets: `keep_secret() { (umask 0377; cat > "$dir/secrets/$1"); }
secret_words() {
  [ "$#" -gt 1 ] || return 0
  chown "$1" "$dir"/secrets/*
  printf '%s\\n' --mount "type=bind,source=$dir/secrets,target=/run/secrets,readonly"
}
drop_secrets() { :; }
`,
}

export const podman: Engine = {
  name: 'podman',
  ensure: `ensure_engine() {
  PATH=$PATH:/usr/sbin:/sbin
${installed('podman', 'podman')}
  if [ -d /run/systemd/system ]; then systemctl enable podman-restart > /dev/null 2>&1 || true
  else unshare --cgroup sh -c '${mountControlGroups}'; fi
}
`,
  pull: ['--quiet', '--tls-verify=false'],
  remote: `pull_from() { podman pull --quiet --authfile "$dir/config.json" $(verified) "$1"; }
push_to() { podman push --quiet --authfile "$dir/config.json" --digestfile "$dir/digest" $(verified) "$1"; }
verified() { [ "$plain" = 0 ] || echo --tls-verify=false; }
`,
  save: ['--quiet', '--format', 'oci-archive'],
  // Without a daemon, podman-restart.service starts what says `always`.
  create: [...['--restart', 'always'], ...['--log-driver', 'k8s-file', '--log-opt', 'max-size=10mb']],
  secrets: `keep_secret() {
  podman secret rm "$name.$1" > /dev/null 2>&1 || true
  podman secret create "$name.$1" - > /dev/null
}
secret_words() {
  uid=$1
  shift
  for one in "$@"; do printf '%s\\n' --secret "$name.$one,type=mount,target=$one,mode=0400,uid=$uid"; done
}
drop_secrets() {
  podman secret ls --format '{{.Name}}' | while read -r one; do
    case $one in "$1".*) podman secret rm "$one" > /dev/null 2>&1 || true ;; esac
  done
}
`,
}
