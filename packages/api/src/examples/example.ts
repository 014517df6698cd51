/**
 * One request that works, after all that stand before it: the document shows it, and a test sends it to a real server.
 * What answered it is kept in answers.json.
 */
export interface Example {
  /** Its key in answers.json; the name of the operation it is an example of, and what is special about it. */
  name: string
  operation: string
  summary: string
  /** Filled in from what earlier examples were answered. */
  path?: (seen: Seen) => Record<string, string>
  query?: Record<string, string>
  body?: object
  /** Sent instead of JSON, in base64. */
  pack?: string
  /** Sent by a second person, an operator of the workspace: what one asks for oneself one cannot approve. */
  as?: 'colleague'
  status: number
}

/** The answer to an earlier example, by its name. */
export type Seen = (name: string) => Answer

/** JSON, or the text of what is lines of JSON. */
// biome-ignore lint/suspicious/noExplicitAny: an answer is JSON of any shape; who reads a field of it knows the example
export type Answer = any
