export { type Contract, openContract, type Request, type Response } from './contract.ts'
export { findDocument, type JsonRecord, type JsonValue } from './document.ts'
