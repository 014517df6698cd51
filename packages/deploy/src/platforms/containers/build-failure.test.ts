import { expect, test } from 'vitest'
import { failureOf } from './build-failure.ts'

const containerfile = `FROM scratch
# what it needs
COPY bin /bin
RUN make && \\
    make install

RUN make && make test
`

test.each([
  [
    "Docker's older builder names the step",
    'Step 2/4 : COPY bin /bin\n ---> 1\nStep 4/4 : RUN make && make test\n ---> Running in 2\nno rule\n',
    7,
  ],
  ['an instruction of several lines is where it begins', 'Step 3/4 : RUN make &&     make install\nno rule\n', 4],
  ['Podman', 'STEP 2/4: COPY bin /bin\nError: building at STEP "COPY bin /bin": no such file\n', 3],
  [
    'BuildKit names the line',
    '#5 ERROR: exit code: 2\n------\nContainerfile:7\n--------------------\n   7 | >>> RUN make && make test\n',
    7,
  ],
  [
    'what is no Containerfile',
    'Error response from daemon: dockerfile parse error line 3: unknown instruction: COPPY\n',
    3,
  ],
  ['a builder that says nothing of it', 'Cannot connect to the Docker daemon\n', undefined],
])('%s', (_, said, line) => {
  const failure = failureOf(said, containerfile)
  expect(failure.line).toBe(line)
  expect(failure.lines.endsWith(said.trimEnd().split('\n').at(-1)!)).toBe(true)
})

test('of what a builder said the last 20 lines are told', () => {
  const said = Array.from({ length: 50 }, (_, n) => `line ${n}`).join('\n')
  expect(failureOf(said, containerfile).lines.split('\n')).toEqual(said.split('\n').slice(30))
})
