export { type Load, load } from './load.ts'
export { ended } from './operation.ts'
export { type Project, services } from './project.ts'
export { type Machines, type Stage, stage } from './stage.ts'
