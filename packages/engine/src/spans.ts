import { isAtlasError, type Step, type Work } from '@atlas/core'
import {
  type Attributes,
  context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import type { Finish, Taken } from './journal.ts'

// Only OpenTelemetry's API, which does nothing by itself: the server loads an SDK where traces are to be sent somewhere.
// A span never holds an error's message: codes are enough to find it, and clouds write into messages what they like.
const tracer = trace.getTracer('atlas.engine')

/** What one worker does of an operation, under the request that asked for it. */
export function inOperation(taken: Taken, worker: number, work: () => Promise<Finish>): Promise<Finish> {
  const { plan, origin } = taken
  const parent = propagation.extract(ROOT_CONTEXT, { traceparent: origin?.traceparent })
  const attributes = {
    'atlas.operation': taken.operation,
    'atlas.workspace': taken.workspace,
    'atlas.infrastructure': taken.infrastructure,
    'atlas.provider': plan.provider,
    'atlas.steps': plan.steps.length,
    'atlas.epoch': taken.epoch,
    'atlas.worker': worker,
    ...(origin && { 'atlas.request': origin.requestId }),
  }
  const options = { kind: SpanKind.CONSUMER, attributes }
  return tracer.startActiveSpan(`operation ${plan.kind}`, options, parent, async (span) => {
    try {
      const finish = await work()
      span.setAttribute('atlas.status', finish.status)
      if (finish.error) fail(span, finish.error.code)
      return finish
    } catch (error) {
      span.addEvent('handed back', { 'error.type': codeOf(error) })
      throw error
    } finally {
      span.end()
    }
  })
}

/** A step in the hands of one worker; calls of the cloud stand under it. */
export function inStep<T>({ n, action, type, resource }: Step | Work, work: () => Promise<T>): Promise<T> {
  const attributes = { 'atlas.step': n, 'atlas.action': action, 'atlas.type': type, 'atlas.resource': resource }
  return tracer.startActiveSpan(`step ${action} ${type}`, { attributes }, async (span) => {
    try {
      return await work()
    } catch (error) {
      fail(span, codeOf(error))
      throw error
    } finally {
      span.end()
    }
  })
}

/** What happens within the step or call that is under way here. */
export const spanEvent = (name: string, attributes: Attributes = {}): void =>
  void trace.getSpan(context.active())?.addEvent(name, attributes)

/** The code of an error, for attributes. */
export const codeOf = (error: unknown): string => (isAtlasError(error) ? error.code : 'internal')

/** Marks a span as failed with the code of an error. */
export function fail(span: Span, code: string): void {
  span.setAttribute('error.type', code).setStatus({ code: SpanStatusCode.ERROR })
}
