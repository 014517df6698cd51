import type {
  EstimateJson,
  HealthJson,
  InfrastructureJson,
  OperationJson,
  ProviderJson,
  ResourceJson,
  StepJson,
} from '@atlas/api'
import type { Estimate, Health, Infrastructure, Operation, Provider, Resource, Step } from '@atlas/client'
import { expectTypeOf, test } from 'vitest'

// The client does not import the API; the compiler holds what both believe goes over the wire equal.
test('client and API agree on what goes over the wire', () => {
  expectTypeOf<Operation>().toEqualTypeOf<OperationJson>()
  expectTypeOf<Step>().toEqualTypeOf<StepJson>()
  expectTypeOf<Resource>().toEqualTypeOf<ResourceJson>()
  expectTypeOf<Provider>().toEqualTypeOf<ProviderJson>()
  expectTypeOf<Health>().toEqualTypeOf<HealthJson>()
  expectTypeOf<Estimate>().toEqualTypeOf<EstimateJson>()
  expectTypeOf<Infrastructure>().toEqualTypeOf<InfrastructureJson>()
})
