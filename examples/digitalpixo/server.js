// One service, started by its line in the Procfile.
const http = require('node:http')

const { PORT = '8080', ATLAS_RELEASE = 'none', GREETING = 'hello' } = process.env

const server = http.createServer((request, response) => {
  response.end(request.url === '/health' ? 'ok\n' : `${GREETING} from digitalpixo ${ATLAS_RELEASE}\n`)
})

server.listen(Number(PORT), () => console.log(`digitalpixo listens at ${PORT}`))
process.on('SIGTERM', () => server.close(() => process.exit(0)))
