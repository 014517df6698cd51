import { strict as assert } from 'node:assert'
import { activeDroplet, completed, type Droplet, one, type Scenario } from './client.ts'

/** Everything that can be done to a droplet that is there, and to the image a snapshot is. */
export const dropletActions: Scenario = async (doctl, { check }) => {
  const id = await check('a droplet to act on', async () => String((await activeDroplet(doctl, 'actor')).id))
  const droplet = () => one<Droplet>(doctl, 'compute', 'droplet', 'get', id)
  const act = (type: string, command: string, ...more: string[]) =>
    completed(doctl, type, 'compute', 'droplet-action', command, id, ...more)

  await check('power-off --wait', async () => {
    await doctl('compute', 'droplet-action', 'power-off', id, '--wait')
    assert.equal((await droplet()).status, 'off')
  })
  await check('power-on, reboot, power-cycle, shutdown', async () => {
    await act('power_on', 'power-on')
    assert.equal((await droplet()).status, 'active')
    await act('reboot', 'reboot')
    await act('power_cycle', 'power-cycle')
    await act('shutdown', 'shutdown')
    assert.equal((await droplet()).status, 'off')
  })
  await check('resize, and no smaller disk', async () => {
    await act('resize', 'resize', '--size', 's-2vcpu-2gb', '--resize-disk')
    assert.equal((await droplet()).size_slug, 's-2vcpu-2gb')
    await doctl.refused(/422/, 'compute', 'droplet-action', 'resize', id, '--size', 's-1vcpu-1gb')
    await act('power_on', 'power-on')
  })
  await check('rename, IPv6, backups and their plan, a new password', async () => {
    await act('rename', 'rename', '--droplet-name', 'renamed.example.com')
    assert.equal((await droplet()).name, 'renamed.example.com')
    await act('enable_ipv6', 'enable-ipv6')
    await act('enable_backups', 'enable-backups')
    await act(
      'change_backup_policy',
      'change-backup-policy',
      '--backup-policy-plan',
      'daily',
      '--backup-policy-hour',
      '4',
    )
    const policy = await one<object>(doctl, 'compute', 'droplet', 'backup-policies', 'get', id)
    assert.partialDeepStrictEqual(policy, { backup_policy: { plan: 'daily', hour: 4 } })
    await act('disable_backups', 'disable-backups')
    await act('password_reset', 'password-reset')
  })
  const image = await check('snapshot, listed with the droplet, the images, the snapshots', async () => {
    await act('snapshot', 'snapshot', '--snapshot-name', 'before')
    const { id: made } = await one<{ id: number }>(doctl, 'compute', 'droplet', 'snapshots', id)
    assert.partialDeepStrictEqual(await doctl('compute', 'image', 'list-user'), [{ id: made, name: 'before' }])
    const snapshots = await doctl('compute', 'snapshot', 'list', '--resource', 'droplet')
    assert.partialDeepStrictEqual(snapshots, [{ id: String(made), resource_id: id }])
    return String(made)
  })
  await check('image update and transfer', async () => {
    await doctl('compute', 'image', 'update', image, '--image-name', 'kept')
    assert.partialDeepStrictEqual(await doctl('compute', 'image', 'get', image), [{ name: 'kept' }])
    await completed(doctl, 'transfer', 'compute', 'image-action', 'transfer', image, '--region', 'fra1')
  })
  await check('restore and rebuild', async () => {
    await act('restore', 'restore', '--image-id', image)
    await act('rebuild', 'rebuild', '--image', 'debian-13-x64')
    assert.equal((await droplet()).image.slug, 'debian-13-x64')
  })
  await check('actions of the account, by kind of resource', async () => {
    const actions = await doctl<{ resource_type: string }[]>('compute', 'action', 'list', '--resource-type', 'image')
    assert.deepEqual([...new Set(actions.map(({ resource_type }) => resource_type))], ['image'])
  })
  await check('the snapshot outlives the droplet', async () => {
    await doctl('compute', 'droplet', 'delete', id, '--force')
    await doctl('compute', 'snapshot', 'get', image)
    await doctl('compute', 'snapshot', 'delete', image, '--force')
    await doctl.refused(/404/, 'compute', 'snapshot', 'get', image)
  })
}
