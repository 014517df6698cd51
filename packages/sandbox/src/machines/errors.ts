/** What the machines' side refuses; the message says what was found and where. */
export class MachineError extends Error {
  override name = 'MachineError'
  readonly code: 'missing' | 'exists' | 'busy' | 'address_in_use' | 'backend_unavailable' | 'failed'

  constructor(code: MachineError['code'], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
  }
}
