import { describe, expect, it } from 'vitest'

import { rooted } from '../src/state/tree'

describe('a tree from a list', () => {
  it('puts each thing after what it stands under, with its depth', () => {
    const all = [{ id: 'c', parent: 'b' }, { id: 'a', parent: null }, { id: 'b', parent: 'a' }, { id: 'd', parent: null }]
    expect(rooted(all).map(({ node, depth }) => [node.id, depth])).toEqual([['a', 0], ['b', 1], ['c', 2], ['d', 0]])
  })

  it('takes what stands under an unknown one as a root', () => {
    expect(rooted([{ id: 'x', parent: 'gone' }]).map(({ depth }) => depth)).toEqual([0])
  })
})
