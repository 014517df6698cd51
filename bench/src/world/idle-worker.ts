import { memoryCloud, memoryDriver } from '@atlas/driver-memory'
import { slotsPerAccount, startWorker } from '@atlas/engine'
import { openStore } from '@atlas/store'

// A worker to be killed. Its machines never become ready, so an operation it has taken stays with it. It ends with who
// started it; the database comes by the environment, because its URL holds a password.
process.stdin.resume().once('end', () => process.exit(0))

const store = await openStore(process.env.BENCH_DATABASE!)
const { deliveries, lease } = await store.work()
const driver = memoryDriver(memoryCloud({ account: 'memory:bench', readyMs: 3_600_000 }))
startWorker({
  store,
  lease,
  deliveries,
  driverFor: async () => driver,
  slotsFor: slotsPerAccount(10),
  log: () => {},
})
process.stdout.write(`${lease.worker}\n`)
