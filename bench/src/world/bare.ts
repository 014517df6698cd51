import Fastify from 'fastify'

// A route that does nothing, for comparison. It ends with who started it.
process.stdin.resume().once('end', () => process.exit(0))

const app = Fastify()
app.get('/', async () => ({ ok: true }))
process.stdout.write(`${await app.listen({ port: 0, host: '127.0.0.1' })}\n`)
