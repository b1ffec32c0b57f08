import { validateStyleMin } from '@maplibre/maplibre-gl-style-spec'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

import type { Field, FieldValues, GeometryKind, Layer, Ramp, Style } from '../src/api/types'
import { sorted, swatchOf, symbolsOf, visibleFrom } from '../src/map/symbols'
import { legendOf } from '../src/state/legend'
import { ascending, breaksOf, byClass, byValue, coloursOf, recoloured } from '../src/state/style'

interface Case { geometry: GeometryKind; style: Style; layers: object[]; legend: unknown }
interface Told { fields: Field[]; cases: Case[]; ramps: { kind: Ramp['kind']; colours: string[]; of: Record<string, string[]> }[] }
const told = JSON.parse(readFileSync(new URL('styles.json', import.meta.url), 'utf8')) as Told

const layerOf = (geometry: GeometryKind, style: Style | null): Layer => ({
  slug: 'plots', geometry, holds: { value: 'features', title: { zh: '要素', en: 'features' } }, title: { zh: '图斑', en: 'plots' }, readable: true,
  rows: 6000, bbox: null, version: 'v', landed_at: null, style: style && { ...style, number: 1 }, fields: told.fields,
})
const fonted = (layer: object): object => {
  const { layout, ...rest } = layer as { layout?: Record<string, unknown> }
  const bare = Object.fromEntries(Object.entries(layout ?? {}).filter(([name]) => name !== 'text-font'))
  return layout ? { ...rest, layout: bare } : rest
}

describe('a style', () => {
  it.each(told.cases.map((one, k) => [k, one] as const))('%i is drawn as the services draw it, and is valid', (_, one) => {
    const made = symbolsOf(layerOf(one.geometry, one.style), '#000000').map((symbol) => symbol.layer)
    expect(made.map(fonted)).toEqual(one.layers)
    for (const layers of [made, one.layers]) {
      const sources = { plots: { type: 'vector', url: 'https://example.org/tiles?f=tilejson' } }
      expect(validateStyleMin({ version: 8, sources, layers } as unknown as Parameters<typeof validateStyleMin>[0])).toEqual([])
    }
  })
  it.each(told.cases.map((one, k) => [k, one] as const))('%i has the legend that the services tell', (_, one) => {
    expect(legendOf(one.style, told.fields)).toEqual(one.legend)
  })
  it('puts areas below lines below points, and counts for when a layer shows', () => {
    const styles = told.cases.map((one) => one.style)
    const any = sorted(symbolsOf(layerOf('any', styles[0] ?? null), '#000000')).map((one) => one.id)
    expect(any).toEqual(['plots|fill', 'plots|edge', 'plots|line', 'plots|dot', 'plots|label'])
    const far = told.cases.find((one) => one.style.zooms.first === 16)
    expect(visibleFrom(layerOf('line', far?.style ?? null))).toBe(16)
  })
  it('fetches nothing of what lies within a division before its lines can be told apart', () => {
    const within = (rows: number): Layer => ({ ...layerOf('polygon', null), slug: 'communities', rows })
    expect([20, 5000].map((rows) => visibleFrom(within(rows)))).toEqual([10.5, 13])
    expect(symbolsOf(within(20), '#000000').every((one) => (one.layer.minzoom ?? 0) >= 10.5)).toBe(true)
  })
  it('places the one name of each of a few areas by the view', () => {
    const few = { ...layerOf('polygon', told.cases[0]?.style ?? null), rows: 10 }
    expect(symbolsOf(few, '#000000').find((one) => one.storey === 'label')?.layer).toMatchObject({ source: 'plots|names' })
  })
  it('is what the swatch shows', () => {
    expect(swatchOf(layerOf('polygon', told.cases[1]?.style ?? null), '#000000').several).toHaveLength(3)
    expect(swatchOf(layerOf('polygon', null), '#123456')).toMatchObject({ fill: '#123456', several: [] })
  })
})

describe('drawing up', () => {
  it('takes from ramps what the services take', () => {
    for (const ramp of told.ramps) for (const [count, colours] of Object.entries(ramp.of)) expect(coloursOf(ramp, Number(count))).toEqual(colours)
  })
  const spread = (numbers: number[]): FieldValues => ({ looked_at: 9, whole: true, absent: 0, distinct: 0, values: [], numbers: { quantiles: numbers } })
  const percent = Array.from({ length: 101 }, (_, k) => k * k)
  const ramp = { kind: 'sequence', colours: told.ramps[2]?.colours ?? [], name: '', title: { zh: '', en: '' }, source: '' } as Ramp
  const [, , use, floors, height] = told.fields as [Field, Field, Field, Field, Field]
  it('parts numbers into equal steps or equal numbers, ascending', () => {
    expect(breaksOf(percent, 4, 'equal', false)).toEqual([2500, 5000, 7500])
    expect(breaksOf(percent, 4, 'quantile', false)).toEqual([625, 2500, 5625].map((one) => Math.round(one / 100) * 100))
    expect(breaksOf(percent, 4, 'quantile', true)).toEqual([625, 2500, 5625])
    expect(breaksOf([1, 1, 1, 2], 5, 'quantile', true)).toEqual([2])
    expect(breaksOf([3, 3], 5, 'equal', true)).toEqual([])
    for (const classes of [2, 5, 9, 12]) for (const way of ['equal', 'quantile'] as const) expect(ascending(breaksOf([0, 0.001, 0.5, 0.5, 7e6], classes, way, false))).toBe(true)
  })
  it('colours codes, values that were found, or classes', () => {
    expect(byValue(use, null, ramp)).toMatchObject({ by: 'value', values: [{ value: '01' }, { value: '02' }, { value: '03' }] })
    const found = { ...spread([]), values: Array.from({ length: 50 }, (_, k) => ({ value: `v${k}`, count: 1 })) }
    expect(byValue(floors, found, ramp)).toMatchObject({ values: { length: 12 } })
    const classes = byClass(height, spread(percent), ramp, 5, 'equal')
    expect(classes).toMatchObject({ breaks: { length: 4 }, classes: { length: 5 } })
    expect(byClass(height, spread([7, 7]), ramp, 5, 'equal')).toBeNull()
    expect(byClass(height, { ...spread([]), numbers: null }, ramp, 5, 'equal')).toBeNull()
    const turned = classes && recoloured(classes, { ...ramp, colours: [...ramp.colours].reverse() })
    expect(turned).toMatchObject({ classes: [{ colour: ramp.colours.at(-1) }, {}, {}, {}, { colour: ramp.colours[0] }] })
  })
})
