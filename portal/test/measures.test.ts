import { describe, expect, it } from 'vitest'

import { areaInWords, areaOf, aroundOf, lengthInWords, lengthOf, type Place } from '../src/map/measures'

/** Computed by PROJ (pyproj 3, Geod(a=6378137, rf=298.257222101)): length of the line, area, length around. */
const known: [string, Place[], number, number, number][] = [
  ['a corner of a street', [[114.055, 22.545], [114.0563, 22.5452], [114.0561, 22.5461]], 237.3085, 6891.43, 403.5633],
  ['a city', [[113.76, 22.46], [114.6, 22.46], [114.61, 22.83], [114.1, 22.9], [113.76, 22.83]], 216096.1644, 3894498629.21, 257069.6241],
  ['a province', [[109.7, 20.2], [117.2, 23.6], [113.9, 25.4], [110.5, 25.3]], 1593172.8341, 235058090964.89, 2163892.1356],
  ['a country', [[80, 30], [97, 21], [122, 30], [134.5, 48], [120, 53.5], [87, 49]], 10462051.7461, 10996789714419.53, 12653445.7921],
  ['a place on the date line', [[179.5, -17], [-179.6, -17.1], [-179.5, -16.2], [179.6, -16.1]], 293510.0495, 9683409707.78, 393678.3421],
]

describe('measures on the ellipsoid', () => {
  it.each(known)('of %s are those of PROJ', (_, places, length, area, around) => {
    expect(Math.abs(lengthOf(places) - length)).toBeLessThan(0.001)
    expect(Math.abs(areaOf(places) / area - 1)).toBeLessThan(1e-6)
    expect(areaOf([...places].reverse())).toBeCloseTo(areaOf(places), 0)
    expect(Math.abs(aroundOf(places) - around)).toBeLessThan(0.001)
  })
  it('of too few places are nothing', () => {
    expect(lengthOf([])).toBe(0)
    expect(lengthOf([[114, 22]])).toBe(0)
    expect(areaOf([[114, 22], [115, 22]])).toBe(0)
  })
  it('are written in the unit that suits them', () => {
    expect(['0.04', '9.87', '237.3085', '999.4'].map(Number).map(lengthInWords)).toEqual(['0 m', '9.9 m', '237.3 m', '999.4 m'])
    expect(lengthInWords(216_096)).toBe('216.1 km')
    expect(lengthInWords(1_234_567)).toBe('1,235 km')
    expect(areaInWords(42.31, 'zh')).toEqual(['42.3 m²'])
    expect(areaInWords(6891.43, 'zh')).toEqual(['6,891 m²', '0.69 公顷'])
    expect(areaInWords(3_894_498_629, 'en')).toEqual(['389,450 ha', '3,894 km²'])
    expect(areaInWords(2.35e11, 'en')).toEqual(['235,000 km²'])
  })
})
