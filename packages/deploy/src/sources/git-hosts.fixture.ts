export { hasHttpBackend, startHttps } from './https-git.fixture.ts'
export { hasSshd, keyPair, startSshd } from './sshd.fixture.ts'
