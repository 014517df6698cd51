import orchestrate from './orchestrate.ts'

export default { ...orchestrate, summary: 'The same as orchestrate' }
