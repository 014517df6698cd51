// A small frontend: one page, which asks the backend beside it.
const http = require('node:http')
const { readFileSync } = require('node:fs')
const { join } = require('node:path')

const { PORT = '8080' } = process.env
const page = readFileSync(join(__dirname, 'index.html'))

const server = http.createServer((request, response) => {
  if (request.url === '/health') return response.end('ok\n')
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
  response.end(page)
})

server.listen(Number(PORT), () => console.log(`frontend listens at ${PORT}`))
process.on('SIGTERM', () => server.close(() => process.exit(0)))
