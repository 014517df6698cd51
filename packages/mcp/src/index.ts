export { answerOverHttp } from './http.ts'
export { mcpServer } from './server.ts'
