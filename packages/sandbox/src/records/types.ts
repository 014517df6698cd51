// What the sandbox remembers of each noun. Times are milliseconds since 1970 on the sandbox's clock, sizes in GB or
// bytes as named; `shapes/` turns a record into what the API answers.

export type * from './account.ts'
export type * from './compute.ts'
export type * from './database.ts'
export type * from './network.ts'
