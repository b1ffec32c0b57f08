import { describe, expect, it } from 'vitest'

import { gapAt, placeAt, scrolled } from '../src/state/dragging'

const rows = [0, 40, 80].map((top) => ({ top, bottom: top + 40 }))

describe('a dragged row', () => {
  it('goes before the row whose middle it has not passed', () => {
    expect([-50, 19, 21, 59, 61, 101, 500].map((y) => gapAt(y, rows))).toEqual([0, 0, 1, 1, 2, 3, 3])
    expect(gapAt(10, [])).toBe(0)
  })
  it('takes a place among those that stay', () => {
    // the first one before itself, behind itself, behind the second, behind the last
    expect([0, 1, 2, 3].map((gap) => placeAt(0, gap))).toEqual([0, 0, 1, 2])
    expect([0, 1, 2, 3].map((gap) => placeAt(2, gap))).toEqual([0, 1, 2, 2])
  })
  it('scrolls the list near its edges alone', () => {
    const view = { top: 100, bottom: 500 }
    expect([300, 141, 459].map((y) => scrolled(y, view))).toEqual([0, 0, 0])
    expect([101, 20].map((y) => scrolled(y, view))).toEqual([-10, -10])
    expect([470, 600].map((y) => scrolled(y, view))).toEqual([3, 10])
  })
})
