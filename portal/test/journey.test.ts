import { describe, expect, it } from 'vitest'

import type { Candidate, Delivery } from '../src/api/types'
import { viewOf } from '../src/map/readings'
import { journeyOf } from '../src/state/journey'
import { risksOf } from '../src/state/risk'

const change = { added: 1, changed: 2, removed: 0, unchanged: 7 }
const delivery = (given: Partial<Delivery>): Delivery => ({ state: 'received', score: null, change: null, question: null, findings: [], ...given }) as unknown as Delivery
const states = (given: Partial<Delivery>): string => journeyOf(delivery(given), null).map((step) => step.state).join(' ')

describe('the journey', () => {
  it('tells each state of a delivery', () => {
    expect(states({})).toBe('done now todo todo todo')
    expect(states({ state: 'asked' })).toBe('done asked todo todo todo')
    expect(states({ state: 'returned', score: 4 })).toBe('done stopped todo todo todo')
    expect(states({ state: 'waiting', score: 100, change })).toBe('done done done waiting todo')
    expect(states({ state: 'returned', score: 100, change })).toBe('done done done stopped todo')
    expect(states({ state: 'landed', score: 100, change })).toBe('done done done done done')
  })
  it('moves to the comparison when the worker does', () => {
    const steps = [{ name: 'check', title: { zh: '', en: '' }, done: 9, total: 9 }, { name: 'compare', title: { zh: '', en: '' }, done: 3, total: 9 }]
    const journey = journeyOf(delivery({}), { id: 'd', state: 'received', state_title: { zh: '', en: '' }, ended: false, work: 'running', attempts: 1, steps })
    expect(journey.map((step) => step.state)).toEqual(['done', 'done', 'now', 'todo', 'todo'])
    expect(journey[2]?.told?.done).toBe(3)
  })
})

describe('what a reviewer looks at twice', () => {
  it('is mass removal beyond five per cent, not at it', () => {
    const removing = (removed: number): boolean => risksOf(delivery({ change: { added: 0, changed: 0, removed, unchanged: 100 - removed } })).some((risk) => risk.grave)
    expect(removing(5)).toBe(false)
    expect(removing(6)).toBe(true)
  })
  it('is a first delivery, and a word on coordinates', () => {
    expect(risksOf(delivery({ change: { added: 9, changed: 0, removed: 0, unchanged: 0 } }))).toHaveLength(1)
    expect(risksOf(delivery({ question: { answer: 'GCJ-02' } as Delivery['question'] }))[0]?.values).toEqual({ crs: 'GCJ-02' })
  })
})

describe('the map of readings', () => {
  const reading = (dx: number, inside = 1): Candidate => ({ inside, places: [[114 + dx, 22.5], [114.3 + dx, 22.7], [114.301 + dx, 22.7]] }) as unknown as Candidate
  it('is near where readings differ by metres', () => {
    const box = viewOf([reading(0), reading(0.005)])
    expect(box?.[0]).toBeCloseTo(114.3 - 0.0075)
  })
  it('is wide where they differ by a zone, and leaves out what lies elsewhere', () => {
    expect(viewOf([reading(0), reading(1), reading(30, 0)])).toEqual([114, 22.5, 115.301, 22.7])
    expect(viewOf([reading(0, 0)])).toBeNull()
  })
})
