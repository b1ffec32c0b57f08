import { describe, expect, it } from 'vitest'

import type { Found, PlaceHit, ResourceHit } from '../src/api/search'
import { inOrder, partsOf } from '../src/state/search'

const place = (value: string, spans: [number, number][]): PlaceHit =>
  ({ kind: 'place', title: { zh: value, en: value }, found: { value, spans } }) as unknown as PlaceHit

describe('a hit', () => {
  it('sets off what was typed', () => {
    expect(partsOf(place('深圳北站', [[2, 4]]), '深圳北站')).toEqual([{ text: '深圳', hit: false }, { text: '北站', hit: true }])
    expect(partsOf(place('北', [[0, 1]]), '北')).toEqual([{ text: '北', hit: true }])
    expect(partsOf(place('a b c', [[0, 1], [4, 5]]), 'a b c').map((part) => part.hit)).toEqual([true, false, true])
  })
  it('counts characters outside the basic plane once', () => {
    expect(partsOf(place('𠮷野公园', [[2, 4]]), '𠮷野公园')).toEqual([{ text: '𠮷野', hit: false }, { text: '公园', hit: true }])
  })
  it('sets nothing off where another text matched', () => {
    expect(partsOf(place('Shenzhen', [[0, 3]]), '深圳')).toEqual([{ text: '深圳', hit: false }])
  })
  it('never shows a piece twice', () => {
    expect(partsOf(place('园园', [[0, 2], [0, 1]]), '园园')).toEqual([{ text: '园园', hit: true }])
  })
})

describe('the hits', () => {
  it('stand with resources first', () => {
    const resource = { kind: 'resource' } as ResourceHit
    const found: Found = { resources: [resource], places: [place('a', [])] }
    expect(inOrder(found).map((hit) => hit.kind)).toEqual(['resource', 'place'])
    expect(inOrder(null)).toEqual([])
  })
})
