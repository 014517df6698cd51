import { defineConfig } from 'vitest/config'

/** Processes, sockets and a kernel take part: on a crowded machine one may be late; what is late thrice is a fault. */
const againstTheWorld = { retry: 2, expect: { poll: { timeout: 20_000 } } }

/** unit: pure and quick, part of `npm run check`. real: against PostgreSQL, sshd, the sandbox and other real parts. */
export default defineConfig({
  test: {
    globalSetup: ['./tests/temporary-folder.ts', './tests/compile-cache.ts'],
    projects: [
      {
        test: {
          name: 'unit',
          maxWorkers: '100%',
          sequence: { groupOrder: 0 },
          include: [
            '{packages,drivers}/*/src/**/*.test.ts',
            'blueprints/src/**/*.test.ts',
            'tests/{house,torture}/**/*.test.ts',
          ],
          exclude: ['**/*.real.test.ts', '**/node_modules/**'],
          // What is pure still imports: the client of Kubernetes alone takes seconds on a crowded machine.
          testTimeout: 30_000,
        },
      },
      // Against a real Kubernetes API server and a real OpenBao, which `npm run test:peers` builds.
      {
        test: {
          name: 'peers',
          include: ['tests/peers/*/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 180_000,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
          ...againstTheWorld,
        },
      },
      {
        test: {
          name: 'real',
          include: ['{packages,drivers}/*/src/**/*.real.test.ts', 'tests/real/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // One more than the cores that CI has: some wait for limits of half a minute and more, and leave a core to others.
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
          ...againstTheWorld,
        },
      },
    ],
  },
})
