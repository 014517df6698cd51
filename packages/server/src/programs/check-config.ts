import { checkConfiguration } from '../settings/configuration.ts'

// For `atlas config check`: one line of JSON.
process.stdout.write(`${JSON.stringify(checkConfiguration(process.env))}\n`)
