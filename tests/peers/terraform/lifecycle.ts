import { strict as assert } from 'node:assert'
import type { PeerCloud } from '../cloud.ts'
import { newPublicKey } from '../public-key.ts'
import type { Report } from '../report.ts'
import { until } from '../until.ts'
import { type Terraform, terraformIn } from './terraform.ts'

/** Every resource type of the scope: made, unchanged, changed in place, found changed by others, destroyed. */
export async function lifecycle(binary: string, cloud: PeerCloud, { check }: Report): Promise<void> {
  const api = caller(cloud)
  await check('the account has a default network, as one that is in use has', () => firstDroplet(api))
  await check('a refusal reaches the person', () => refusal(binary, cloud))
  const files = await check('the provider is loaded, and asked which resources it has', () => filesFor(binary, cloud))
  const terraform = terraformIn(binary, files, cloud)
  const key = `public_key=${newPublicKey('terraform').text}`
  try {
    await check('a first plan creates everything', async () => {
      const plan = await terraform.plan(key)
      assert.deepEqual([...new Set(Object.values(plan))], ['create'])
    })
    await check('apply', () => terraform.apply(key))
    await check('what it made has addresses', () => addresses(terraform))
    await check('a second plan finds nothing to do', async () => assert.deepEqual(await terraform.plan(key), {}))

    const changed = [key, 'changed=true', 'size=s-1vcpu-2gb']
    await check('a change is in place, nothing is replaced', async () => {
      const plan = await terraform.plan(...changed)
      assert.deepEqual([...new Set(Object.values(plan))], ['update'])
      assert.ok(plan['digitalocean_droplet.web[0]'] && plan['digitalocean_volume.data'], Object.keys(plan).join())
    })
    await check('apply of the change', () => terraform.apply(...changed))
    await check('after it a plan finds nothing to do', async () =>
      assert.deepEqual(await terraform.plan(...changed), {}),
    )
    await check('what someone else changed is seen, and put back', () => drift(terraform, api, changed))
    await check('destroy', () => terraform.destroy(...changed))
    await check('nothing is left', () => nothingLeft(api))
  } finally {
    terraform.remove()
  }
}

type Api = <T>(method: string, path: string, body?: object) => Promise<T>

function caller({ url, token }: PeerCloud): Api {
  return async (method, path, body) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const response = await fetch(`${url}/v2/${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) })
    const text = await response.text()
    assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`)
    return text ? JSON.parse(text) : undefined
  }
}

/** Terraform's own network would be the region's default otherwise, and that one nobody can delete. */
async function firstDroplet(api: Api): Promise<void> {
  const wanted = { name: 'first', region: 'nyc3', size: 's-1vcpu-1gb', image: 'ubuntu-24-04-x64' }
  const { droplet } = await api<{ droplet: { id: number } }>('POST', 'droplets', wanted)
  const read = () => api<{ droplet: { locked: boolean } }>('GET', `droplets/${droplet.id}`)
  await until(read, ({ droplet: { locked } }) => !locked)
  await api('DELETE', `droplets/${droplet.id}`)
}

async function refusal(binary: string, cloud: PeerCloud): Promise<void> {
  const terraform = terraformIn(binary, ['refused.tf'], cloud)
  try {
    const { code, stderr } = await terraform.call('apply', '-auto-approve', '-input=false', '-no-color')
    assert.equal(code, 1)
    assert.match(stderr, /422 .*invalid size/s)
  } finally {
    terraform.remove()
  }
}

async function filesFor(binary: string, cloud: PeerCloud): Promise<string[]> {
  const terraform = terraformIn(binary, ['main.tf'], cloud)
  try {
    const { code, stdout, stderr } = await terraform.call('providers', 'schema', '-json')
    assert.equal(code, 0, stderr)
    return ['main.tf', stdout.includes('"digitalocean_reserved_ip"') ? 'reserved.tf' : 'floating.tf']
  } finally {
    terraform.remove()
  }
}

async function addresses(terraform: Terraform): Promise<void> {
  const found = await terraform.outputs()
  const ipv4 = /^\d+\.\d+\.\d+\.\d+$/
  for (const address of found.addresses as string[]) assert.match(address, ipv4)
  for (const address of found.private_addresses as string[]) assert.match(address, /^10\.55\./)
  assert.match(String(found.balancer), ipv4)
  assert.equal(found.database_port, 25060)
}

async function drift(terraform: Terraform, api: Api, variables: string[]): Promise<void> {
  const { firewalls } = await api<{ firewalls: { id: string }[] }>('GET', 'firewalls')
  const rule = { protocol: 'tcp', ports: '8443', sources: { addresses: ['0.0.0.0/0'] } }
  await api('POST', `firewalls/${firewalls[0]!.id}/rules`, { inbound_rules: [rule] })
  assert.deepEqual(await terraform.plan(...variables), { 'digitalocean_firewall.web': 'update' })
  await terraform.apply(...variables)
  assert.deepEqual(await terraform.plan(...variables), {})
}

async function nothingLeft(api: Api): Promise<void> {
  const nouns = [
    'droplets',
    'volumes',
    'snapshots',
    'firewalls',
    'load_balancers',
    'domains',
    'reserved_ips',
    'databases',
  ]
  for (const noun of [...nouns, 'account/keys']) {
    const { meta } = await api<{ meta?: { total: number } }>('GET', noun)
    assert.equal(meta?.total ?? 0, 0, noun)
  }
  const { vpcs } = await api<{ vpcs: { default: boolean }[] }>('GET', 'vpcs')
  assert.deepEqual(
    vpcs.filter((vpc) => !vpc.default),
    [],
  )
}
