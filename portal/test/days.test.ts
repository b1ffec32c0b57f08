import { describe, expect, it } from 'vitest'

import { daysBefore, daysBetween, isoDay } from '../src/state/days'

describe('days', () => {
  it('are written as the services write them', () => {
    expect(isoDay(new Date(2026, 0, 5, 23, 59))).toBe('2026-01-05')
  })
  it('begin so many days before the last', () => {
    expect(daysBefore('2026-03-01', 1)).toBe('2026-03-01')
    expect(daysBefore('2026-03-01', 30)).toBe('2026-01-31')
  })
  it('are all there, over months and a change of the clocks', () => {
    expect(daysBetween('2026-02-27', '2026-03-02')).toEqual(['2026-02-27', '2026-02-28', '2026-03-01', '2026-03-02'])
    expect(daysBetween('2026-03-01', '2026-10-31')).toHaveLength(245)
  })
})
