import { describe, expect, it } from 'vitest'

import type { Field } from '../src/api/types'
import { ago, bytes, day, exact, minute, quantity, sexagesimal, unitOf, valueInWords } from '../src/state/format'
import { free } from './fields'

const field = (more: Partial<Field>): Field => ({
  name: 'a', title: { zh: '甲', en: 'A' }, ...free, ...more,
})

describe('dates', () => {
  it('are written as each language writes them', () => {
    expect(day('2026-11-22', 'zh')).toBe('2026年11月22日')
    expect(day('2026-11-22', 'en')).toBe('22 Nov 2026')
  })
  it('take a bare date as it stands and an instant by the clock of the zone', () => {
    expect(day('2026-01-01', 'en', 'America/Los_Angeles')).toBe('1 Jan 2026')
    expect(day('2026-11-21T18:30:00Z', 'zh', 'Asia/Shanghai')).toBe('2026年11月22日')
    expect(minute('2026-11-21T18:30:00Z', 'zh', 'Asia/Shanghai')).toBe('2026年11月22日 02:30')
    expect(minute('2026-11-21T16:05:00Z', 'en', 'Asia/Shanghai')).toBe('22 Nov 2026, 00:05')
  })
  it('show what they cannot read', () => expect(day('2026年', 'en')).toBe('2026年'))
  it('count back in the largest fitting unit', () => {
    const now = Date.parse('2026-11-22T12:00:00Z')
    expect(ago('2026-11-22T01:00:00Z', 'zh', now)).toBe('今天')
    expect(ago('2026-11-21T11:00:00Z', 'en', now)).toBe('1 day ago')
    expect(ago('2026-08-01T00:00:00Z', 'zh', now)).toBe('3 个月前')
    expect(ago('2020-08-01T00:00:00Z', 'en', now)).toBe('6 years ago')
  })
})

describe('quantities', () => {
  it.each([
    [0, '0', '0'], [9999, '9,999', '9,999'], [10000, '1 万', '10,000'], [63361, '6.34 万', '63,361'],
    [13_000_000, '1300 万', '13 M'], [99_999_999, '1 亿', '100 M'], [340_000_000, '3.4 亿', '340 M'],
  ])('%d', (n, zh, en) => {
    expect(quantity(n, 'zh')).toBe(zh)
    expect(quantity(n, 'en')).toBe(en)
  })
  it('keep every digit when asked to', () => expect(exact(1234567.125)).toBe('1,234,567.125'))
  it('tell sizes of files', () => {
    expect(bytes(0)).toBe('0 B')
    expect(bytes(1023)).toBe('1020 B')
    expect(bytes(4718592)).toBe('4.5 MB')
    expect(['EPSG:4490', 'EPSG:4547', 'EPSG:4326,yx', 'EPSG:44900'].map(unitOf)).toEqual(['°', 'm', '°', 'm'])
  })
})

describe('degrees', () => {
  it('carry over at sixty', () => {
    expect(sexagesimal(114.0596, 'lon')).toBe('114°03′34.6″E')
    expect(sexagesimal(-22.99999999, 'lat')).toBe('23°00′00.0″S')
  })
})

describe('values of features', () => {
  it('speak the reader’s language', () => {
    const use = field({ codes: [{ value: '1', title: { zh: '住宅', en: 'Residential' } }] })
    expect(valueInWords('1', use, 'en')).toBe('Residential')
    expect(valueInWords(1, use, 'zh')).toBe('住宅')
    expect(valueInWords('9', use, 'zh')).toBe('9')
    expect(valueInWords(false, field({ kind: 'boolean' }), 'zh')).toBe('否')
    expect(valueInWords(0, field({ kind: 'boolean' }), 'en')).toBe('no')
    expect(valueInWords('12.50', field({ kind: 'decimal', unit: 'm' }), 'en')).toBe('12.50 m')
    expect(valueInWords(2010, field({ kind: 'integer', name: 'year', title: { zh: '竣工年份', en: 'Year built' } }), 'en')).toBe('2010')
    expect(valueInWords(2010, field({ kind: 'integer', name: 'beds' }), 'en')).toBe('2,010')
  })
  it('tell nothing from zero', () => {
    expect(valueInWords(null, field({}), 'zh')).toBeNull()
    expect(valueInWords(0, field({ kind: 'integer' }), 'zh')).toBe('0')
  })
})
