import { z } from 'zod'

const algorithms =
  /^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)|sk-(ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com)$/

/** The base64 part of a key repeats the algorithm, four bytes of length before it: a cut or mixed-up line shows there. */
const isPublicKey = (line: string) => {
  const [algorithm = '', body = ''] = line.trim().split(/\s+/)
  if (!algorithms.test(algorithm) || !/^[A-Za-z0-9+/]{16,}={0,2}$/.test(body)) return false
  return atob(body).slice(4, 4 + algorithm.length) === algorithm
}

/** A public key that machines are created with. */
export const sshKey = z.strictObject({
  public_key: z
    .string()
    .trim()
    .refine(isPublicKey, "a public key in OpenSSH's one-line form, such as ssh-ed25519 AAAA… you@host")
    .describe(
      "Public key in OpenSSH's one-line form. Another replaces it; machines keep the keys they were made with.",
    ),
})
