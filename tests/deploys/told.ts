/** Says which process it is, and which secrets it was given. */
export const tellsWhatItWasGiven = `const { PORT, DB_PASSWORD: db_password, API_KEY: api_key } = process.env
const told = JSON.stringify({ pid: process.pid, db_password, api_key })
require('node:http').createServer((_, answer) => answer.end(told)).listen(PORT, '0.0.0.0')
process.on('SIGTERM', () => process.exit(0))
`

/** What such a service says, at the load balancer. @param door its address, without a slash at the end */
export async function told(door: string, service: string) {
  const answer = await fetch(`${door}/shop/uat/${service}/`, { headers: { connection: 'close' } })
  return (await answer.json()) as { pid: number; db_password?: string; api_key?: string }
}
