import { expect, test } from 'vitest'
import type { DeployKey } from './deploy-key.ts'
import { wayIn } from './remote.ts'

const ssh: DeployKey = { kind: 'ssh', privateKeys: ['…'] }
const token: DeployKey = { kind: 'https', host: 'gitlab.com', username: 'x', token: 'geheim' }
const github = 'git@github.com:yourorg/shop.git'

test.each([
  [
    'git@github.com: Permission denied (publickey).',
    github,
    undefined,
    'atlas deploy-keys create shop makes a key for github.com',
  ],
  ['git@github.com: Permission denied (publickey).', github, ssh, 'Give github.com the public half'],
  ['ERROR: Repository not found.', github, ssh, 'atlas deploy-keys list shop'],
  [
    'ERROR: The key you are authenticating with has been marked as read only.',
    github,
    ssh,
    'the deploy key of shop to push',
  ],
  [
    'Host key verification failed.',
    'ssh://git@git.example.org:2222/x',
    ssh,
    "ssh-keygen -R '[git.example.org]:2222' -f '/data/known_hosts'",
  ],
  ['Host key verification failed.', github, undefined, "ssh-keygen -R 'github.com'"],
  [
    "fatal: Authentication failed for 'https://github.com/x/'",
    'https://github.com/x',
    undefined,
    '--token --host github.com',
  ],
  [
    "fatal: Authentication failed for 'https://github.com/x/'",
    'https://github.com/x',
    token,
    'is for gitlab.com alone',
  ],
  ['fatal: Could not resolve host', 'https://github.com/x', token, undefined],
])('%s from %s', (said, url, key, hint) => {
  const found = wayIn(said, { workspace: 'default', project: 'shop', url, key, knownHosts: '/data/known_hosts' })
  if (hint === undefined) expect(found).toBeUndefined()
  else expect(found).toContain(hint)
})
