import { describe, expect, it } from 'vitest'

import type { Layer } from '../src/api/types'
import { assignColours } from '../src/map/colours'
import { firstZoom } from '../src/map/density'
import { degreeLabel, linesBetween, stepFor } from '../src/map/graticule'
import { placeNames, widest } from '../src/map/names'
import { dotted } from '../src/map/overlay'
import { scaleBar } from '../src/map/scale'
import { boxOf } from '../src/map/shapes'
import { sorted, symbolsOf } from '../src/map/symbols'
import { nameFields, themeOf } from '../src/map/themes'
import { free } from './fields'

const layer = (slug: string, geometry: Layer['geometry'], zh = ''): Layer => ({
  slug, geometry, holds: { value: 'features', title: { zh: '要素', en: 'features' } }, title: { zh, en: slug }, readable: true, rows: 10, bbox: null, version: null, landed_at: null, style: null,
  fields: [{ name: 'name', title: { zh: '名称', en: 'Name' }, ...free }],
})

describe('themes', () => {
  it('go by slug or title, and by geometry', () => {
    expect(themeOf(layer('ny-buildings', 'polygon'))).toBe('building')
    expect(themeOf(layer('x', 'line', '道路中心线'))).toBe('street')
    expect(themeOf(layer('street-offices', 'polygon', '街道'))).toBe('subdivision')
    expect(themeOf(layer('districts', 'polygon', '区'))).toBe('division')
    expect(themeOf(layer('water-meters', 'point'))).toBe('plain')
    expect(themeOf(layer('parking', 'polygon'))).toBe('plain')
    expect(themeOf(layer('sea', 'polygon', '海域'))).toBe('water')
    expect(themeOf(layer('seats', 'polygon'))).toBe('plain')
    expect(themeOf(layer('poi', 'point', '兴趣点'))).toBe('poi')
  })
  it('know where a file lies from what it shows: an outline covers nothing', () => {
    const terrain: Layer = { ...layer('water-depths', 'polygon', '水域'), holds: { value: 'raster', title: { zh: '栅格', en: 'raster' } } }
    expect(themeOf(terrain)).toBe('file')
    expect(symbolsOf(terrain, '#000000').map((s) => s.layer.type)).not.toContain('fill')
  })
  it('are drawn areas first, names last', () => {
    const all = [layer('addresses', 'point'), layer('streets', 'line'), layer('districts', 'polygon'), layer('buildings', 'polygon')]
    const ids = sorted(all.flatMap((l) => symbolsOf(l, '#000000'))).map((l) => l.id)
    expect(ids.indexOf('districts|fill')).toBeLessThan(ids.indexOf('buildings|fill'))
    expect(ids.indexOf('buildings|fill')).toBeLessThan(ids.indexOf('streets|casing'))
    expect(ids.at(-1)).toBe('districts|label')
  })
  it('put parks on parcels, and name communities after street offices', () => {
    const ids = sorted([layer('green', 'polygon'), layer('parcels', 'polygon')].flatMap((l) => symbolsOf(l, '#000000'))).map((l) => l.id)
    expect(ids.indexOf('parcels|fill')).toBeLessThan(ids.indexOf('green|fill'))
    const labelled = (rows: number): number | undefined => symbolsOf({ ...layer('communities', 'polygon'), rows }, '#000000').find((s) => s.storey === 'label')?.layer.minzoom
    expect(labelled(600)).toBeGreaterThan(labelled(70) ?? 99)
  })
  it('draw nothing for a table', () => expect(symbolsOf(layer('t', 'none'), '#000000')).toEqual([]))
})

describe('colours', () => {
  it('differ, and do not depend on the order asked', () => {
    const some = ['a', 'b', 'c', 'd', 'e', 'f']
    expect(new Set(assignColours(some).values()).size).toBe(6)
    expect(assignColours([...some].reverse())).toEqual(assignColours(some))
  })
})

describe('density', () => {
  it('waits for the zoom at which a tile is bearable', () => {
    expect(firstZoom({ rows: 5000, bbox: [113.7, 22.4, 114.6, 22.9] })).toBe(0)
    const city = firstZoom({ rows: 650_000, bbox: [113.7, 22.4, 114.6, 22.9] })
    expect(city).toBeGreaterThanOrEqual(11)
    expect(city).toBeLessThanOrEqual(13)
  })
})

describe('the net of degrees', () => {
  it('keeps its lines apart', () => {
    expect(stepFor(1000)).toBe(600)
    expect(stepFor(0.1)).toBe(108000)
    expect(linesBetween(114.01, 114.1, 120)).toEqual([114.03333333333333, 114.06666666666666, 114.1])
  })
  it('labels no finer than it steps', () => {
    expect(degreeLabel(114.05, 'lon', 60)).toBe('114°03′E')
    expect(degreeLabel(-22.5, 'lat', 30)).toBe('22°30′00″S')
    expect(degreeLabel(30, 'lat', 3600)).toBe('30°N')
  })
})

describe('the scale bar', () => {
  it('is a round length that fits', () => {
    const { pixels, label } = scaleBar(22.5, 12)
    expect(label).toBe('1 km')
    expect(pixels).toBeLessThanOrEqual(110)
  })
})

describe('names of wide areas', () => {
  const square = (x: number, y: number, side: number): GeoJSON.Polygon => ({
    type: 'Polygon', coordinates: [[[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]],
  })
  it('stand in the widest stretch on view', () => {
    const spot = widest([square(0, 0, 10)], [4, 0, 20, 10])
    expect(spot?.lon).toBeCloseTo(7)
    expect(spot?.lat).toBeGreaterThan(2)
    expect(widest([square(0, 0, 1)], [5, 5, 6, 6])).toBeNull()
  })
  it('are one for all pieces, and stay while they are seen', () => {
    const pieces = [square(0, 0, 4), square(4, 0, 8)].map((geometry) => ({ id: 7, geometry, properties: { name: 'a' } }))
    const first = placeNames(pieces, [0, 0, 12, 8], new Map())
    expect(first.size).toBe(1)
    // the two pieces are one stretch where they meet
    expect(widest([square(0, 0, 4), square(4, 0, 4)], [0, 0, 8, 4])).toMatchObject({ lon: 4, lat: 2 })
    expect(placeNames(pieces, [1, 0, 12, 8], first).get('7')).toBe(first.get('7'))
    expect(placeNames(pieces, [0, 0, 3, 8], first).get('7')).not.toBe(first.get('7'))
  })
})

describe('names', () => {
  it('stand in the reader’s language where the data has both', () => {
    const name = (key: string, zh: string) => ({ name: key, title: { zh, en: key }, ...free })
    const fields = [name('name_en', '英文名称'), name('name', '名称')]
    expect(nameFields(fields, 'zh').map((f) => f.name)).toEqual(['name'])
    expect(nameFields(fields, 'en').map((f) => f.name)).toEqual(['name_en', 'name'])
    expect(nameFields([name('remark', '备注')], 'en')).toEqual([])
  })
})

describe('streets', () => {
  it('are ranked by the titles of their code list', () => {
    const codes = [['1', '快速路', 'expressway'], ['2', '主干路', 'primary'], ['4', '支路', 'local']].map(([value = '', zh = '', en = '']) => ({ value, title: { zh, en } }))
    const streets = layer('streets', 'line')
    streets.fields.push({ name: 'grade', title: { zh: '道路等级', en: 'Grade' }, ...free, required: true, codes })
    const core = symbolsOf(streets, '#000000').find((s) => s.layer.id === 'streets|core')?.layer
    expect(JSON.stringify(core?.layout)).toContain('["match",["to-string",["get","grade"]],"1",3,"2",2,0]')
  })
})

describe('shapes', () => {
  it('have a box', () => {
    expect(boxOf({ type: 'MultiPolygon', coordinates: [[[[1, 2], [3, 2], [3, 5], [1, 2]]], [[[-1, 0], [0, 0], [0, 1], [-1, 0]]]] })).toEqual([-1, 0, 3, 5])
    expect(boxOf({ type: 'GeometryCollection', geometries: [{ type: 'Point', coordinates: [7, 8] }] })).toEqual([7, 8, 7, 8])
    expect(boxOf({ type: 'MultiPoint', coordinates: [] })).toBeNull()
  })
})

it('a change smaller than a dot has one in its middle, a large one and a point have none', () => {
  const square = (side: number): GeoJSON.Geometry => ({ type: 'Polygon', coordinates: [[[114, 22], [114 + side, 22], [114 + side, 22 + side], [114, 22 + side], [114, 22]]] })
  const change = (key: string, geometry: GeoJSON.Geometry) => ({ type: 'Feature' as const, properties: { kind: 'added' as const, key }, geometry })
  const drawn = dotted({ type: 'FeatureCollection', features: [change('small', square(1 / 256)), change('large', square(1)), change('point', { type: 'Point', coordinates: [114, 22] })] })
  const dots = drawn.features.filter((one) => one.properties?.['far'])
  expect(drawn.features).toHaveLength(4)
  expect(dots).toEqual([{ type: 'Feature', properties: { kind: 'added', key: 'small', far: true }, geometry: { type: 'Point', coordinates: [114 + 1 / 512, 22 + 1 / 512] } }])
})
