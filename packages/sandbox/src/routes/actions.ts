import type { Cloud } from '../cloud.ts'
import { notFound } from '../http/errors.ts'
import { listed, page } from '../http/page.ts'
import { type App, integer, param } from '../http/validation.ts'
import { actionShape } from '../shapes/action.ts'

export function actionRoutes(app: App, cloud: Cloud): void {
  app.get('/v2/actions', async (request) =>
    page(request, 'actions', listed(request, cloud.actions).reverse(), actionShape),
  )
  app.get('/v2/actions/:action_id', async (request) => {
    const action = cloud.actions.get(integer(param(request, 'action_id')))
    if (!action) throw notFound()
    return { action: actionShape(action) }
  })
}
