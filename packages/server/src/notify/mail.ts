import { createTransport } from 'nodemailer'
import type { Send } from '../webhooks/send.ts'
import type { EmailConfig } from './config.ts'
import { messageOf } from './message.ts'

/** Of connecting, of the greeting, and of each answer: a server that hangs is tried again later. */
const patienceMs = 10_000

/**
 * Sends an event as a mail. Never throws. The Message-ID is that of the delivery, so a mail that was taken while the answer
 * was lost is the same mail when it is sent again.
 */
export function mailSender(
  { smtp, from, to }: EmailConfig,
  password: string | undefined,
  trust: { ca?: string } = {},
): { send: Send; close(): void } {
  const transport = createTransport({
    host: smtp.host,
    port: smtp.port,
    secure: smtp.security === 'tls',
    requireTLS: smtp.security === 'starttls',
    ignoreTLS: smtp.security === 'none',
    connectionTimeout: patienceMs,
    greetingTimeout: patienceMs,
    socketTimeout: patienceMs,
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(smtp.user !== undefined && { auth: { user: smtp.user, pass: password ?? '' } }),
    ...(trust.ca !== undefined && { tls: { ca: trust.ca } }),
  })
  return {
    async send(_, id, event) {
      const domain = from.split('@').at(-1)
      try {
        await transport.sendMail({ from, to, messageId: `<${id}@${domain}>`, ...messageOf(event) })
        return { accepted: true }
      } catch (error) {
        const { message, responseCode } = error as Error & { responseCode?: number }
        const said = password ? message.replaceAll(password, '…') : message
        return { accepted: false, error: said, ...(responseCode !== undefined && { status: responseCode }) }
      }
    },
    close: () => transport.close(),
  }
}
