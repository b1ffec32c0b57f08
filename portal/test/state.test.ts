import { describe, expect, it } from 'vitest'

import type { Finding, Resource } from '../src/api/types'
import { around, facet, figures, filtered, mainArea, withRoom } from '../src/state/catalogue'
import { largestChange, named } from '../src/state/findings'
import { rowsToFix } from '../src/state/csv'
import { freshnessOf } from '../src/state/freshness'
import { readMapAddress, writeMapAddress } from '../src/state/place'
import { fileSnippet, snippet } from '../src/state/snippets'

describe('the map’s address', () => {
  it('comes back as it went', () => {
    const query = { at: '114.06,22.543,12.5', layers: 'buildings:60,streets', order: 'streets,buildings', pick: 'buildings/17' }
    const read = readMapAddress(query)
    expect(read.look).toEqual({ lon: 114.06, lat: 22.543, zoom: 12.5 })
    expect([...(read.layers ?? [])]).toEqual([['buildings', 0.6], ['streets', 1]])
    expect(read.order).toEqual(['streets', 'buildings'])
    expect(writeMapAddress(read)).toEqual(query)
  })
  it('tells no layer from every layer', () => {
    expect(readMapAddress({}).layers).toBeNull()
    expect(readMapAddress({ layers: '' }).layers?.size).toBe(0)
    expect(writeMapAddress({ look: null, layers: new Map(), order: null, pick: null })).toEqual({ layers: '' })
  })
  it('leaves out what is malformed', () => {
    expect(readMapAddress({ at: '200,22,12' }).look).toBeNull()
    expect(readMapAddress({ at: 'x,y,z' }).look).toBeNull()
    expect(readMapAddress({ at: ['1,2,3'] }).look).toBeNull()
    expect(readMapAddress({ pick: 'a/b/c' }).pick).toBeNull()
    expect(readMapAddress({ layers: 'a:900,b' }).layers).toEqual(new Map([['b', 1]]))
  })
})

const layer = (slug: string, landed_at: string | null, rows = 1) => ({ slug, landed_at, rows, bbox: null })
const resource = (id: string, state: string, provider: string, layers: object[] = []): Resource =>
  ({
    id, state, state_title: { zh: state, en: state }, provider: { id: provider, name: { zh: provider, en: provider } },
    sharing: { value: '1', title: { zh: '', en: '' } }, update_cycle: { value: '4', title: { zh: '', en: '' } }, layers,
  }) as unknown as Resource

describe('the catalogue', () => {
  const all = [resource('a', 'published', 'p'), resource('b', 'draft', 'p'), resource('c', 'published', 'q')]
  const none = { state: null, provider: null, sharing: null }
  it('filters by every side', () => {
    expect(filtered(all, { ...none, state: 'published', provider: 'p' }).map((r) => r.id)).toEqual(['a'])
  })
  it('counts what each choice would leave', () => {
    expect(facet(all, { ...none, provider: 'p' }, 'state').map((f) => [f.value, f.count])).toEqual([['draft', 1], ['published', 1]])
    expect(facet(all, { ...none, provider: 'p' }, 'provider').map((f) => [f.value, f.count])).toEqual([['p', 2], ['q', 1]])
  })
  it('adds up', () => {
    expect(figures([resource('a', 's', 'p', [layer('x', null, 3), layer('y', null, 4)])])).toEqual({ resources: 1, layers: 2, features: 7, providers: 1 })
    expect(around([[0, 1, 2, 3], null, [-1, 2, 1, 9]])).toEqual([-1, 1, 2, 9])
    expect(around([null])).toBeNull()
    expect(mainArea([[0, 0, 2, 2], [-74, 40, -73, 41], [1, 1, 3, 3], null])).toEqual([0, 0, 3, 3])
  })
})

describe('freshness', () => {
  const now = Date.parse('2026-11-22T00:00:00Z')
  it('goes by the stalest layer', () => {
    const r = resource('a', 's', 'p', [layer('x', '2026-11-20T00:00:00Z'), layer('y', '2026-09-01T00:00:00Z')])
    expect(freshnessOf(r, now)).toEqual({ landedAt: '2026-09-01T00:00:00Z', state: 'overdue', overdueDays: 51 })
  })
  it('has no due date without a cycle, and no date without data', () => {
    const open = { ...resource('a', 's', 'p', [layer('x', '2020-01-01T00:00:00Z')]), update_cycle: { value: 'on_event', title: { zh: '', en: '' } } }
    expect(freshnessOf(open, now).state).toBe('open')
    expect(freshnessOf(resource('a', 's', 'p'), now).state).toBe('none')
  })
})

describe('what is handed out', () => {
  it('quotes cells and tames formulas', () => {
    const finding = {
      code: 'C', severity: 'error', message: { zh: '值,"错"', en: '' }, remedy: { zh: '改', en: '' }, title: { zh: '', en: '' }, dimension: 'accuracy', repairable: false, count: 2,
      places: [{ row: 3, field: 'f', lon: 1.5, lat: null, value: '=SUM(A1)', other: null, areas: null }, { row: null, field: null, lon: null, lat: null, value: '-12', other: null, areas: null }],
    } satisfies Finding
    const lines = rowsToFix([finding], 'zh').split('\r\n')
    expect(lines[0]).toBe('\uFEFF行,字段,值,经度,纬度,代码,级别,问题,处理办法')
    expect(lines[1]).toBe(`3,f,'=SUM(A1),1.5,,C,错误,"值,""错""",改`)
    expect(lines[2]).toContain(',,-12,')
  })
  it('gives nothing that a spreadsheet would run', () => {
    const told = (value: string): string => {
      const place = { row: 1, field: null, lon: null, lat: null, value, other: null, areas: null }
      const finding: Finding = { code: 'C', title: { zh: '', en: '' }, severity: 'error', message: { zh: '', en: '' }, remedy: { zh: '', en: '' }, dimension: 'accuracy', repairable: false, count: 1, places: [place] }
      return rowsToFix([finding], 'en').split('\r\n')[1]?.split(',')[2] ?? ''
    }
    for (const text of ['=1', '+86-755', '-1-2', '@x', ' =1', '\u3000=1', '＝1', '\tx', '-5=1']) expect(told(text)).toBe(`'${text}`)
    for (const text of ['-5', '+1.5e-7', ' -.5', '-', '－', '甲=乙', "'甲"]) expect(told(text)).toBe(text)
  })
  it('names findings of one code apart, the gravest first', () => {
    const one = (code: string, severity: 'error' | 'warning', count: number, areas: [number, number] | null = null): Finding => ({
      code, severity, count, message: { zh: '', en: '' }, remedy: { zh: '', en: '' }, title: { zh: '', en: '' }, dimension: 'accuracy', repairable: areas !== null,
      places: [{ row: 1, field: null, lon: null, lat: null, value: null, other: null, areas }],
    })
    const findings = [one('a', 'warning', 9), one('b', 'error', 1, [100, 98]), one('b', 'error', 5, [0, 0])]
    expect(named(findings).map((f) => [f.key, f.count])).toEqual([['b', 5], ['b~2', 1], ['a', 9]])
    expect(largestChange(findings)).toBeCloseTo(0.02)
    expect(largestChange([one('a', 'error', 1)])).toBeNull()
  })
  it('gives lines that run as pasted', () => {
    expect(snippet('curl', 'http://h', 'a b')).toBe("curl -fsS 'http://h/ogc/collections/a%20b/items?f=json&limit=10'")
    expect(snippet('python', 'http://h', "a'b").split('\n')[1]).toBe("page = Client('http://h').layer('a\\'b').features(limit=10).to_arrow()")
    expect(fileSnippet('curl', 'http://h/api/assets/a', "l'été.tif")).toBe("curl -fsS -o 'l'\\''été.tif' 'http://h/api/assets/a'")
    expect(fileSnippet('python', 'http://h/api/assets/a', '说明.docx')).toContain(`urlretrieve('http://h/api/assets/a', "说明.docx")`)
  })
  it('leaves room around a single place', () => {
    const [west = 0, , east = 0, north = 0] = withRoom([114, 22, 114, 22]) ?? []
    expect(west < 114 && east > 114 && north > 22).toBe(true)
    expect(withRoom([114, 22, 115, 23])).toEqual([114, 22, 115, 23])
    expect(withRoom(null)).toBeNull()
  })
})
