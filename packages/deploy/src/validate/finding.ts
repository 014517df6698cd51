/** One thing that is not as it is on record. */
export interface Finding {
  code:
    | 'machine_missing'
    | 'machine_replaced'
    | 'machine_silent'
    | 'instance_missing'
    | 'instance_stopped'
    | 'instance_differs'
    | 'instance_stray'
    | 'port_taken'
    | 'balancer_down'
    | 'route_differs'
    | 'route_stray'
  where: string
  found: string
  expected: string
  /** What to type. */
  hint: string
}

/** The same end that the record says, brought about again. */
export const again = ({ project, environment, release }: Record<'project' | 'environment' | 'release', string>) =>
  `atlas rollback ${project} ${environment} --tag ${release}`
