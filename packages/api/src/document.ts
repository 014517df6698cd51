import { createApi } from './app.ts'
import type { Control } from './control.ts'

/** The OpenAPI document of the routes, as `/openapi.json` serves it. Nothing behind the routes is needed for it. */
export async function openApiDocument(version = '0.1.0'): Promise<object> {
  const nobody = async () => {
    throw new Error('the document is made without callers')
  }
  const app = createApi({ control: {} as Control, authenticate: nobody, version })
  await app.ready()
  const document = app.swagger()
  await app.close()
  return document
}
