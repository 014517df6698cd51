/** An answer of the cloud that is not a success. `id` and the wording are DigitalOcean's where they are known. */
export class ApiError extends Error {
  readonly status: number
  readonly id: string

  constructor(status: number, id: string, message: string) {
    super(message)
    this.status = status
    this.id = id
  }
}

export const notFound = (message = 'The resource you were accessing could not be found.') =>
  new ApiError(404, 'not_found', message)
export const unprocessable = (message: string) => new ApiError(422, 'unprocessable_entity', message)
export const conflict = (message: string) => new ApiError(409, 'conflict', message)
export const badRequest = (message: string) => new ApiError(400, 'bad_request', message)
export const forbidden = (message: string) => new ApiError(403, 'forbidden', message)
export const preconditionFailed = (message: string) => new ApiError(412, 'precondition_failed', message)
export const unauthorized = () => new ApiError(401, 'Unauthorized', 'Unable to authenticate you')
export const tooManyRequests = () => new ApiError(429, 'too_many_requests', 'API Rate limit exceeded.')
