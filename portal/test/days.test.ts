import { describe, expect, it } from 'vitest'

import { daysBetween } from '../src/state/days'

describe('days', () => {
  it('are all there, over months and a change of the clocks', () => {
    expect(daysBetween('2026-02-27', '2026-03-02')).toEqual(['2026-02-27', '2026-02-28', '2026-03-01', '2026-03-02'])
    expect(daysBetween('2026-03-01', '2026-10-31')).toHaveLength(245)
  })
})
