export { type DigitalOceanOptions, digitalOceanDriver } from './driver.ts'
