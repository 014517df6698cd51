// A small backend: it says which release answers, and ends what is under way before it goes.
const http = require('node:http')

const { PORT = '8080', ATLAS_RELEASE = 'none', ATLAS_ENVIRONMENT = 'here' } = process.env

const answers = {
  '/': () => ({ service: 'backend', environment: ATLAS_ENVIRONMENT, release: ATLAS_RELEASE }),
  '/health': () => ({ status: 'ok' }),
}

const server = http.createServer((request, response) => {
  const answer = answers[request.url.split('?')[0]]
  response.writeHead(answer ? 200 : 404, { 'content-type': 'application/json' })
  response.end(`${JSON.stringify(answer ? answer() : { error: 'not found' })}\n`)
})

server.listen(Number(PORT), () => console.log(`backend of ${ATLAS_RELEASE} listens at ${PORT}`))
process.on('SIGTERM', () => server.close(() => process.exit(0)))
