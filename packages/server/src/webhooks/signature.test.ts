import { Webhook } from 'standardwebhooks'
import { expect, test } from 'vitest'
import { newSecret, signatureHeaders } from './signature.ts'

const now = () => Math.floor(Date.now() / 1000)
const body = JSON.stringify({ type: 'infrastructure.created', data: { name: 'Bäckerei' } })

test('the library of the standard accepts what we sign', () => {
  const secret = newSecret()
  expect(new Webhook(secret).verify(body, signatureHeaders([secret], 'msg_1', now(), body))).toEqual(JSON.parse(body))
})

test('it refuses another body, another id, another secret and an old time', () => {
  const secret = newSecret()
  const headers = signatureHeaders([secret], 'msg_1', now(), body)
  const verify =
    (text: string, more: object = {}, by = secret) =>
    () =>
      new Webhook(by).verify(text, { ...headers, ...more })
  expect(verify(`${body} `)).toThrow()
  expect(verify(body, { 'webhook-id': 'msg_2' })).toThrow()
  expect(verify(body, {}, newSecret())).toThrow()
  expect(verify(body, signatureHeaders([secret], 'msg_1', now() - 600, body))).toThrow()
})

test('the vector of the standard gives the signature of the standard', () => {
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
  const headers = signatureHeaders([secret], 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1614265330, '{"test": 2432232314}')
  expect(headers['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=')
})

test('with two secrets, whoever has either accepts it', () => {
  const [young, old] = [newSecret(), newSecret()]
  const headers = signatureHeaders([young, old], 'msg_1', now(), body)
  for (const secret of [young, old]) expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body))
  expect(() => new Webhook(newSecret()).verify(body, headers)).toThrow()
})
