import { expect, test } from 'vitest'
import { newSshKey, publicHalf } from './deploy-key.ts'

test('a new key has a public half in one line, and a fingerprint as OpenSSH says it', () => {
  const { publicKey, fingerprint } = publicHalf(newSshKey('atlas default/shop'))
  expect(publicKey).toMatch(/^ssh-ed25519 [A-Za-z0-9+/]{68} atlas default\/shop$/)
  expect(fingerprint).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/)
})

/** Made by `ssh-keygen -t ed25519 -N 'abcde'`; it opens nothing. */
const encrypted = `-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0AAAAGAAAABBoe8Vtxz
D5OkLhNeiM7RzQAAAAEAAAAAEAAAAzAAAAC3NzaC1lZDI1NTE5AAAAIJXLG3bC6enwupBl
foahXt5u7Oq6e9RUBDntOwLVJzwPAAAAkJeZpoiUkxOPJRuZk0D+5AdbgUs76PsBpNB553
rpF8cPg6x3Wo28baiUdIuhxx9z5xAqlt26y6ZCXzz5hWTNPtH8iJXNDOpkfv8l/5/64LkL
99lJvj/Npk/156hBT5/pd2yIdWq3SZ3Cv4xdFiqPKnwYjDz2H5PtP8KjvvZTBLdftgSTvD
1jwkwrHJHqGoSn7g==
-----END OPENSSH PRIVATE KEY-----
`

/** Made by `ssh-keygen -t ecdsa -N ''`; it opens nothing. */
const ecdsa = `-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAaAAAABNlY2RzYS
1zaGEyLW5pc3RwMjU2AAAACG5pc3RwMjU2AAAAQQQg5EvNiV9V3oK1FbAcXuWGwaEWEgBT
FakbBGUfRmz2lm6ZkAafUFGb6h9E7MmxZOzTYqQXdYZ7PATcQIeTQVtmAAAAoP8i0pX/It
KVAAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBCDkS82JX1XegrUV
sBxe5YbBoRYSAFMVqRsEZR9GbPaWbpmQBp9QUZvqH0TsybFk7NNipBd1hns8BNxAh5NBW2
YAAAAhAIGXDJR53XfkVxvHniHqLaZUrCii4z27iq830p3nEuv6AAAAB3Jvb3RAdm0=
-----END OPENSSH PRIVATE KEY-----
`

test.each([
  [
    'a public half',
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDOf1lvrkM1M5p0lHRYDj4XI/YQlnvQeyC6rrjfelEoZ geheim',
    /This is a public half/,
  ],
  [
    'something else',
    '-----BEGIN OPENSSH PRIVATE KEY-----\ngeheim\n-----END OPENSSH PRIVATE KEY-----\n',
    /This is something else/,
  ],
  ['one with a passphrase', encrypted, /This is one with a passphrase/],
  ['one of a type that is not for this', ecdsa, /This is a key of ecdsa-sha2-nistp256/],
  ['one in PKCS #8', '-----BEGIN PRIVATE KEY-----\ngeheim\n-----END PRIVATE KEY-----\n', /This is one in PKCS #8/],
])('%s is refused, and not repeated', (_, text, message) => {
  expect(() => publicHalf(text)).toThrow(
    expect.objectContaining({ code: 'usage', message: expect.stringMatching(message) }),
  )
  expect(() => publicHalf(text)).not.toThrow('geheim')
})
