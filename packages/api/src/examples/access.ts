import type { Example, Seen } from './example.ts'

const team = () => ({ name: 'team-blue' })
const token = (seen: Seen) => ({ id: String(seen('createToken').token.id) })

export const access: readonly Example[] = [
  {
    name: 'createWorkspace',
    operation: 'createWorkspace',
    summary: 'One for a team',
    body: { name: 'team-blue' },
    status: 201,
  },
  { name: 'listWorkspaces', operation: 'listWorkspaces', summary: 'Two', status: 200 },
  { name: 'getWorkspace', operation: 'getWorkspace', summary: 'By its name', path: team, status: 200 },
  {
    name: 'updateWorkspace',
    operation: 'updateWorkspace',
    summary: 'What deletes something is approved by a second person',
    path: team,
    body: { approval: 'destructive' },
    status: 200,
  },
  { name: 'deleteWorkspace', operation: 'deleteWorkspace', summary: 'It is empty', path: team, status: 204 },
  {
    name: 'createToken',
    operation: 'createToken',
    summary: 'For a program that changes things',
    body: { name: 'deploys', role: 'operator', expires_at: '2099-01-01T00:00:00Z' },
    status: 201,
  },
  {
    name: 'createToken.agent',
    operation: 'createToken',
    summary: 'For an agent, whose plans people approve',
    body: { name: 'claude', role: 'operator', approval: 'required' },
    status: 201,
  },
  { name: 'listTokens', operation: 'listTokens', summary: 'The last one', query: { limit: '1' }, status: 200 },
  { name: 'whoAmI', operation: 'whoAmI', summary: 'The server’s own token', status: 200 },
  { name: 'getToken', operation: 'getToken', summary: 'Without its secret', path: token, status: 200 },
  { name: 'revokeToken', operation: 'revokeToken', summary: 'It opens nothing any more', path: token, status: 200 },
]
