import type { JsonObject } from '@atlas/core'
import type { DeploymentSpec } from '@atlas/deploy'

/** What a deployment is on record, which only its plan has written. */
export const specOf = ({ spec }: { spec: JsonObject }) => spec as unknown as DeploymentSpec
