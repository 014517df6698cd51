import { setTimeout as sleep } from 'node:timers/promises'
import { context, DiagLogLevel, diag, propagation, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { setGlobalErrorHandler, W3CTraceContextPropagator } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import {
  defaultResource,
  detectResources,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources'
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import type { Logger } from '../logging.ts'
import { version } from '../version.ts'
import type { TraceSettings } from './trace-settings.ts'

/** So long a server that ends waits for its last spans to be taken: a collector that is away must not hold it up. */
const lastFlushMs = 3_000
/** Spans that wait for the collector; what comes beyond is dropped. An operation of thousands of steps has as many. */
const waiting = 16_384

/**
 * Begins to send spans to where the environment says, in the background. To be imported only where traces are wanted: it
 * brings the whole SDK with it. A collector that is away costs the spans of that time, and a line in the log.
 */
export function startTraces({ service, sampler, share }: TraceSettings, log: Logger): { stop(): Promise<void> } {
  diag.setLogger(inLog(log), { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true })
  setGlobalErrorHandler((err) => log.warn({ err }, 'traces are not taken'))
  const resource = defaultResource()
    .merge(resourceFromAttributes({ 'service.version': version }))
    .merge(detectResources({ detectors: [resourceAttributesEnvDetector] }))
    .merge(resourceFromAttributes({ 'service.name': service }))
  const processor = new BatchSpanProcessor({ exporter: new OTLPTraceExporter(), maxQueueSize: waiting })
  const provider = new TracerProvider({ resource, sampler: samplerOf(sampler, share), spanProcessors: [processor] })
  context.setGlobalContextManager(new AsyncLocalStorageContextManager())
  propagation.setGlobalPropagator(new W3CTraceContextPropagator())
  trace.setGlobalTracerProvider(provider)
  return {
    async stop() {
      await Promise.race([provider.shutdown(), sleep(lastFlushMs, undefined, { ref: false })]).catch((err) =>
        log.warn({ err }, 'the last traces are not taken'),
      )
    },
  }
}

function samplerOf(name: TraceSettings['sampler'], share: number): Sampler {
  const root = name.endsWith('always_on')
    ? new AlwaysOnSampler()
    : name.endsWith('always_off')
      ? new AlwaysOffSampler()
      : new TraceIdRatioBasedSampler(share)
  return name.startsWith('parentbased') ? new ParentBasedSampler({ root }) : root
}

/** What the SDK says of itself. */
const inLog = (log: Logger) => {
  const say = (message: string) => log.warn({ message }, 'tracing is in trouble')
  return { error: say, warn: say, info: () => {}, debug: () => {}, verbose: () => {} }
}
