import { laneOf } from '../../names.ts'
import type { Files } from '../files.ts'
import type { Site } from '../proxy.ts'

/** The program reads the site as it is: one file, which a person can read too. */
export const siteFiles = (site: Site): Files => ({
  [`sites/${laneOf(site.project, site.environment)}.json`]: `${JSON.stringify(site, null, 2)}\n`,
})
