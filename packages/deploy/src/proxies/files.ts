/** Path in the folder of a generation → text. */
export type Files = Record<string, string>

/** As scripts of `generations.ts` read them: what has no text goes. */
export const packed = (files: readonly (readonly [path: string, text: string | undefined])[]): string =>
  files
    .map(([path, text]) => (text === undefined ? `${path}\n-\n` : `${path}\n${Buffer.byteLength(text)}\n${text}`))
    .join('')
