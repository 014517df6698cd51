import { defineConfig } from 'vitest/config'

// unit: pure and quick, part of `npm run check`. real: against PostgreSQL, sshd, the sandbox and other real parts.
export default defineConfig({
  test: {
    globalSetup: './tests/temporary-folder.ts',
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            '{packages,drivers}/*/src/**/*.test.ts',
            'blueprints/src/**/*.test.ts',
            'tests/{house,torture}/**/*.test.ts',
          ],
          exclude: ['**/*.real.test.ts', '**/node_modules/**'],
        },
      },
      // Against a real Kubernetes API server, which `npm run test:peers` builds.
      {
        test: {
          name: 'kubernetes',
          include: ['tests/peers/kubernetes/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 180_000,
          maxWorkers: 1,
          expect: { poll: { timeout: 20_000 } },
        },
      },
      {
        test: {
          name: 'real',
          include: ['{packages,drivers}/*/src/**/*.real.test.ts', 'tests/real/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
          // Processes, sockets and a kernel take part: on a crowded machine one may be late; what is late thrice is a fault.
          retry: 2,
          expect: { poll: { timeout: 20_000 } },
        },
      },
    ],
  },
})
