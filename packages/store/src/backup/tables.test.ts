import { expect, test } from 'vitest'
import { inOrder } from './tables.ts'

const names = (tables: { name: string }[]) => tables.map(({ name }) => name)

test('a table comes after all it refers to', () => {
  const tables = [
    { name: 'operation', needs: ['infrastructure'] },
    { name: 'step', needs: ['operation'] },
    { name: 'infrastructure', needs: ['workspace'] },
    { name: 'workspace', needs: [] },
  ]
  expect(names(inOrder(tables))).toEqual(['workspace', 'infrastructure', 'operation', 'step'])
})

test('a circle is said to be one', () => {
  const tables = [
    { name: 'egg', needs: ['hen'] },
    { name: 'hen', needs: ['egg'] },
  ]
  expect(() => inOrder(tables)).toThrow('egg, hen')
})
