import ssh2 from 'ssh2'

/**
 * A new ed25519 key: OpenSSH's private form and the one-line public form. ssh2 1.17 takes zero bytes at the front of a
 * public key for padding and leaves them out, so one in 256 of its keys is one byte short and is a key to nobody, itself
 * included: such a one is made anew.
 */
export function newKey(comment: string): { private: string; public: string } {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519', { comment })
    if (!(ssh2.utils.parseKey(pair.private) instanceof Error)) return pair
  }
}
