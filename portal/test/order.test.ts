import { describe, expect, it } from 'vitest'

import type { Layer } from '../src/api/types'
import { opacityTimes } from '../src/map/opacity'
import { defaultOrder, placeGroup, placeLayer, shelves, stacked } from '../src/map/order'
import { heights, inks, tones, useTints } from '../src/map/palette'
import { wrapped } from '../src/map/print'
import { boxAround, sketchOf } from '../src/map/sketch'
import { sorted, symbolsOf } from '../src/map/symbols'
import { free } from './fields'

const layer = (slug: string, geometry: Layer['geometry']): Layer => ({
  slug, geometry, holds: { value: 'features', title: { zh: '要素', en: 'features' } }, title: { zh: '', en: slug }, readable: true, rows: 10, bbox: null, version: null, landed_at: null, style: null,
  fields: [{ ...free, name: 'name', title: { zh: '名称', en: 'Name' } }],
})
const city = [layer('districts', 'polygon'), layer('water', 'polygon'), layer('green', 'polygon'), layer('buildings', 'polygon'), layer('roads', 'line'), layer('poi', 'point'), layer('street-offices', 'polygon')]
const symbols = city.flatMap((one) => symbolsOf(one, '#000000'))

describe('the order of layers', () => {
  it('is by theme at first, the topmost first', () => {
    expect(defaultOrder(city)).toEqual(['poi', 'roads', 'buildings', 'water', 'green', 'street-offices', 'districts'])
    expect(shelves(city, null).map((shelf) => shelf.group)).toEqual(['places', 'traffic', 'buildings', 'nature', 'divisions'])
  })
  it('moves layers within their group, and groups whole', () => {
    const tree = shelves(city, null)
    expect(placeLayer(tree, 'green', 0)).toEqual(['poi', 'roads', 'buildings', 'green', 'water', 'street-offices', 'districts'])
    expect(placeGroup(tree, 'nature', 0)).toEqual(['water', 'green', 'poi', 'roads', 'buildings', 'street-offices', 'districts'])
    expect(placeGroup(tree, 'places', 99).at(-1)).toBe('poi')
  })
  it('names every layer once, whatever an address asks for', () => {
    const order = shelves(city, ['green', 'nowhere', 'green']).flatMap((shelf) => shelf.layers.map((one) => one.slug))
    expect([...order].sort()).toEqual(city.map((one) => one.slug).sort())
    expect(order.indexOf('green')).toBeLessThan(order.indexOf('water'))
  })
  it('is that of the drawing: what is moved up covers what it passed, names stay on top', () => {
    expect(stacked(symbols, null)).toEqual(sorted(symbols))
    const ids = stacked(symbols, placeGroup(shelves(city, null), 'nature', 0)).map((one) => one.id)
    expect(ids.indexOf('water|fill')).toBeGreaterThan(ids.indexOf('roads|core'))
    expect(ids.indexOf('water|fill')).toBeGreaterThan(ids.indexOf('poi|dot'))
    expect(ids.indexOf('roads|label')).toBeGreaterThan(ids.indexOf('water|fill'))
    expect(ids.indexOf('districts|edge')).toBeGreaterThan(ids.indexOf('water|fill'))
    expect([...ids].sort()).toEqual(symbols.map((one) => one.layer.id).sort())
  })
})

describe('opacity', () => {
  it('turns numbers and ramps down', () => {
    expect(opacityTimes(0.8, 0.5)).toBe(0.4)
    expect(opacityTimes(['interpolate', ['linear'], ['zoom'], 12, 0.6, 14, 1], 0.5)).toEqual(['interpolate', ['linear'], ['zoom'], 12, 0.3, 14, 0.5])
    expect(opacityTimes(['get', 'seen'], 0.5)).toEqual(['*', ['get', 'seen'], 0.5])
  })
})

/** Relative luminance and contrast as WCAG 2.2 defines them. */
function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((k) => parseInt(colour.slice(k, k + 2), 16) / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
const contrast = (a: string, b: string): number => { const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y); return (high + 0.05) / (low + 0.05) }

describe('names on the map', () => {
  const land = ['#ffffff', '#eceeed', ...(['division', 'green', 'parcel', 'building'] as const).map((theme) => tones[theme]?.[0] ?? '')]
  const grounds: [keyof typeof inks, string[]][] = [
    ['division', land], ['subdivision', land], ['street', [...land, '#f9cf87']], ['poi', land], ['address', land], ['plain', land],
    ['green', [...land]], ['water', [tones.water?.[0] ?? '', ...land]], ['building', heights.colours], ['parcel', land],
  ]
  it.each(grounds)('of %s have AA contrast on every ground they stand on', (theme, colours) => {
    for (const colour of colours) expect(contrast(inks[theme], colour)).toBeGreaterThanOrEqual(4.5)
  })
  it('take the tint of land from the words of a code list', () => {
    const codes = [['01', '住宅', 'Residential'], ['06', '公园', 'Park'], ['99', '不详', 'Unknown']].map(([value = '', zh = '', en = '']) => ({ value, title: { zh, en } }))
    const field = { ...free, name: 'use', title: { zh: '用途', en: 'Use' }, codes }
    expect(useTints(field).map(([code]) => code)).toEqual(['01', '06'])
    expect(useTints(null)).toEqual([])
  })
})

describe('a sketch', () => {
  it('is a line, a ring or a box', () => {
    expect(boxAround([[2, 5], [1, 7]])).toEqual([1, 5, 2, 7])
    expect(boxAround([[2, 5]])).toBeNull()
    const kinds = (...args: Parameters<typeof sketchOf>): string[] => sketchOf(...args).features.map((one) => one.geometry.type)
    expect(kinds('length', [[0, 0]], null)).toEqual(['Point'])
    expect(kinds('length', [[0, 0]], [1, 1])).toEqual(['LineString', 'Point'])
    expect(kinds('area', [[0, 0], [1, 0]], [1, 1])).toEqual(['Polygon', 'Point', 'Point'])
    expect(sketchOf('box', [[0, 0]], [2, 1]).features[0]?.geometry).toEqual({ type: 'Polygon', coordinates: [[[0, 0], [2, 0], [2, 1], [0, 1], [0, 0]]] })
    expect(sketchOf('box', [[0, 0], [2, 1]], [9, 9]).features[0]?.geometry).toEqual({ type: 'Polygon', coordinates: [[[0, 0], [2, 0], [2, 1], [0, 1], [0, 0]]] })
  })
})

describe('the foot of a printed sheet', () => {
  it('is broken between Chinese letters, and between English words', () => {
    const width = (part: string): number => part.length
    expect(wrapped('来源：规划局、民政局', 5, width)).toEqual(['来源：规划', '局、民政局'])
    expect(wrapped('Source: planning bureau', 12, width)).toEqual(['Source:', 'planning', 'bureau'])
    expect(wrapped('', 5, width)).toEqual([])
  })
})
