import type { Cloud } from '../cloud.ts'
import { regions, sizes } from '../data/catalogue.ts'
import { page } from '../http/page.ts'
import type { App } from '../http/validation.ts'

export function catalogueRoutes(app: App, _cloud: Cloud): void {
  app.get('/v2/sizes', async (request) => page(request, 'sizes', sizes, (size) => size))
  app.get('/v2/regions', async (request) => page(request, 'regions', regions, (region) => region))
}
