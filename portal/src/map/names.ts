/** One name for each wide area on view, though its polygon comes in many tiles. */

import type { Bbox } from '../api/types'

export const namesSource = (slug: string): string => `${slug}|names`

export interface Spot {
  lon: number
  lat: number
  width: number
}

const LINES = 7

function rings(geometry: GeoJSON.Geometry): GeoJSON.Position[][][] {
  if (geometry.type === 'Polygon') return [geometry.coordinates]
  return geometry.type === 'MultiPolygon' ? geometry.coordinates : []
}

/** Where a parallel crosses the rings of one polygon, west to east. */
function crossings(polygon: GeoJSON.Position[][], lat: number): number[] {
  const found: number[] = []
  for (const ring of polygon) {
    for (let k = 1; k < ring.length; k += 1) {
      const [x1 = 0, y1 = 0] = ring[k - 1] ?? []
      const [x2 = 0, y2 = 0] = ring[k] ?? []
      if (y1 > lat !== y2 > lat) found.push(x1 + ((lat - y1) / (y2 - y1)) * (x2 - x1))
    }
  }
  return found.sort((a, b) => a - b)
}

/** The middle of the widest stretch of a polygon within a box, looked for along a few parallels. */
export function widest(geometry: GeoJSON.Geometry, box: Bbox): Spot | null {
  let best: Spot | null = null
  for (const polygon of rings(geometry)) {
    const lats = (polygon[0] ?? []).map((p) => p[1] ?? 0)
    const [low, high] = [Math.max(Math.min(...lats), box[1]), Math.min(Math.max(...lats), box[3])]
    for (let line = 1; line < LINES && high > low; line += 1) {
      const lat = low + ((high - low) * line) / LINES
      // a line through the middle is worth more than an equally wide one at the rim
      const worth = 1 - Math.abs(line / LINES - 0.5)
      const at = crossings(polygon, lat)
      for (let k = 0; k + 1 < at.length; k += 2) {
        const [from, to] = [Math.max(at[k] ?? 0, box[0]), Math.min(at[k + 1] ?? 0, box[2])]
        const width = (to - from) * worth
        if (width > (best?.width ?? 0)) best = { lon: (from + to) / 2, lat, width }
      }
    }
  }
  return best
}

interface Piece {
  id: string | number | undefined
  geometry: GeoJSON.Geometry
  properties: GeoJSON.GeoJsonProperties
}

const within = (p: GeoJSON.Position, box: Bbox): boolean =>
  (p[0] ?? 0) >= box[0] && (p[0] ?? 0) <= box[2] && (p[1] ?? 0) >= box[1] && (p[1] ?? 0) <= box[3]

/** Chooses a spot for each feature; one that is still on view stays where it was. */
export function placeNames(pieces: Piece[], box: Bbox, before: Map<string, GeoJSON.Feature>): Map<string, GeoJSON.Feature> {
  const placed = new Map<string, GeoJSON.Feature>()
  const widths = new Map<string, number>()
  for (const { id, geometry, properties } of pieces) {
    const key = String(id)
    const old = before.get(key)
    if (old?.geometry.type === 'Point' && within(old.geometry.coordinates, box)) {
      placed.set(key, old)
      continue
    }
    const spot = widest(geometry, box)
    if (!spot || spot.width <= (widths.get(key) ?? 0)) continue
    widths.set(key, spot.width)
    placed.set(key, { type: 'Feature', properties: { ...properties }, geometry: { type: 'Point', coordinates: [spot.lon, spot.lat] } })
  }
  return placed
}
