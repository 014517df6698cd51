export * from './cloud.ts'
export * from './driver.ts'
export { type Call, type Fault, faults, type Verb } from './faults.ts'
