/**
 * The rows of a page, of which one more was read than it holds. `next` is there where more follow: the place to go on
 * behind.
 */
export function pageOf<Row, Place>(
  read: readonly Row[],
  limit: number,
  placeOf: (last: Row) => Place,
): { rows: Row[]; next?: Place } {
  const rows = read.slice(0, limit)
  return read.length > limit ? { rows, next: placeOf(rows.at(-1)!) } : { rows }
}
