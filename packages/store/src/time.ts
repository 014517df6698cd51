import type { ColumnType } from 'kysely'

/** A moment that the database sets, or that is written as a date. */
export type Time = ColumnType<Date, never, Date>
export type TimeOrNull = ColumnType<Date | null, never, Date | null>
