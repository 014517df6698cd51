export { type DigitalOceanOptions, digitalOceanDriver } from './driver.ts'
export { overHttp, type Send } from './wire.ts'
