/** What the reader draws on the map: a line or an area to measure, a box to take; and how it looks. */

import type { LayerSpecification } from 'maplibre-gl'

import type { Bbox } from '../api/types'
import { accent, halo } from './colours'
import type { Place } from './measures'

export type Sort = 'length' | 'area' | 'box'

export const SKETCH = 'sketch'

export function sketchLayers(): LayerSpecification[] {
  const line = { source: SKETCH, filter: ['!=', ['geometry-type'], 'Point'] as never, layout: { 'line-join': 'round' as const, 'line-cap': 'round' as const } }
  return [
    { id: 'sketch-fill', type: 'fill', source: SKETCH, filter: ['==', ['geometry-type'], 'Polygon'], paint: { 'fill-color': accent, 'fill-opacity': 0.14 } },
    { id: 'sketch-halo', type: 'line', ...line, paint: { 'line-color': halo, 'line-width': 5, 'line-opacity': 0.9 } },
    { id: 'sketch-line', type: 'line', ...line, paint: { 'line-color': accent, 'line-width': 2.4 } },
    { id: 'sketch-dot', type: 'circle', source: SKETCH, filter: ['==', ['geometry-type'], 'Point'], paint: { 'circle-color': halo, 'circle-radius': 4.5, 'circle-stroke-color': accent, 'circle-stroke-width': 2.2 } },
  ]
}

/** The box with these two corners; null before there are two. */
export function boxAround([a, b]: Place[]): Bbox | null {
  return a && b ? [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[0], b[0]), Math.max(a[1], b[1])] : null
}

const cornersOf = ([west, south, east, north]: Bbox): Place[] => [[west, south], [east, south], [east, north], [west, north]]

/** The sketch as GeoJSON; `ahead` is where the pointer would put the next corner. */
export function sketchOf(sort: Sort, places: Place[], ahead: Place | null): GeoJSON.FeatureCollection {
  const known = ahead && (sort !== 'box' || places.length < 2) ? [...places, ahead] : places
  const box = sort === 'box' ? boxAround(known) : null
  const ring = box ? cornersOf(box) : known
  const shape = (geometry: GeoJSON.Geometry): GeoJSON.Feature => ({ type: 'Feature', properties: {}, geometry })
  const first = ring[0]
  const drawn = sort === 'length' || ring.length < 3
    ? ring.length > 1 ? [shape({ type: 'LineString', coordinates: ring })] : []
    : first ? [shape({ type: 'Polygon', coordinates: [[...ring, first]] })] : []
  const dots = places.map((place) => shape({ type: 'Point', coordinates: place }))
  return { type: 'FeatureCollection', features: [...drawn, ...dots] }
}
