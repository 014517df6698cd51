import { isAtlasError } from '@atlas/core'
import { expect, test } from 'vitest'
import { parseDeploymentConfig } from './parse.ts'

const requirement = `{
  "deployment_platform": "docker",
  "git_config": {
    "base_url": "https://github.com/yourorg",
    "url_pattern": "{base_url}/{project}.git"
  },
  "projects": {
    "hostomatic": {
      "services": {
        "backend": {
          "containerfile_path": "backend/Dockerfile",
          "secrets": ["db_password", "stripe_key"]
        }
      }
    }
  }
}
`

function findings(text: string): { where?: string; message: string; hint?: string }[] {
  try {
    parseDeploymentConfig(text, 'config/deployment_config.json')
  } catch (error) {
    if (isAtlasError(error, 'config_invalid')) return error.problems.map((one) => ({ ...one }))
    throw error
  }
  return []
}

test("requirement 2's configuration is valid as it stands, and what it leaves out has its defaults", () => {
  const { projects, port_range } = parseDeploymentConfig(requirement)
  expect(projects.hostomatic!.services.backend).toMatchObject({
    secrets: ['db_password', 'stripe_key'],
    health: { path: '/health', interval_s: 1, timeout_s: 5, retries: 30 },
  })
  expect(port_range).toEqual({ base: 8000, size: 1000 })
})

test('an unknown key is refused with file, line and the nearest valid word', () => {
  const [found, ...others] = findings(requirement.replace('"secrets"', '"secret"'))
  expect(others).toEqual([])
  expect(found?.where).toMatch(
    /^config\/deployment_config\.json:12:\d+ projects\.hostomatic\.services\.backend\.secret$/,
  )
  expect(found?.hint).toContain('secrets')
})

test('broken JSON says where', () => {
  expect(findings(requirement.replace('"docker",', '"docker"'))[0]?.where).toMatch(
    /^config\/deployment_config\.json:[23]:/,
  )
})

test.each([
  ['a port out of range', '"containerfile_path": "backend/Dockerfile"', '"port": 80', /:11:/],
  ['a path that leaves the repository', 'backend/Dockerfile', '../../etc/passwd', /:11:.*containerfile_path$/],
  ['a project name that breaks a URL', '"hostomatic"', '"hosto/matic?"', /projects/],
  ['a project name that breaks a shell', '"hostomatic"', '"$(reboot)"', /projects/],
  ['a service name that breaks nginx', '"backend"', '"back end;"', /services/],
  [
    'a range of ports beyond the last that there is',
    '"deployment_platform"',
    '"port_range": {"base": 65000, "size": 1000}, "deployment_platform"',
    /:2:\d+ port_range$/,
  ],
  ['a port whose next there is not', '"secrets"', '"port": 65535, "secrets"', /:12:\d+ .*backend\.port$/],
  ['a secret of another environment', '"db_password"', '"prod_db_password"', /:12:.*secrets\.0$/],
  ['a pattern that names no project', '{base_url}/{project}.git', '{base_url}/all.git', /:5:.*url_pattern$/],
])('%s is refused with its line', (_, from, to, where) => {
  const found = findings(requirement.replace(from, to))
  expect(found).toHaveLength(1)
  expect(found[0]?.where).toMatch(where)
})
