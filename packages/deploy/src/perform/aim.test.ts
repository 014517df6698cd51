import { expect, test } from 'vitest'
import { aimed } from './aim.ts'

const rule = (entry_protocol: string, entry_port: number) => ({
  entry_protocol,
  entry_port,
  target_protocol: 'http',
  target_port: 80,
})

test('every entry leads to the port and the machines, with the health check of the service in what a cloud takes', () => {
  const now = { nodes: 2, tag: 'web', forwarding_rules: [rule('http', 80), rule('https', 443)] }
  const health = { path: '/health', interval_s: 0.2, timeout_s: 400, retries: 30 }
  expect(aimed(now, { port: 8123, ids: ['7', '8'], health })).toEqual({
    nodes: 2,
    forwarding_rules: [
      { ...rule('http', 80), target_port: 8123 },
      { ...rule('https', 443), target_port: 8123 },
    ],
    health_check: {
      protocol: 'http',
      port: 8123,
      path: '/health',
      interval_seconds: 3,
      timeout_seconds: 300,
      unhealthy_threshold: 2,
      healthy_threshold: 2,
    },
    machines: ['7', '8'],
  })
})
