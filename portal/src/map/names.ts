/** One name for each wide area on view, though its polygon comes in many tiles. */

import type { Bbox } from '../api/types'
import { rings } from './shapes'

export const namesSource = (slug: string): string => `${slug}|names`

export interface Spot {
  lon: number
  lat: number
  width: number
}

/** An even number, so that one of the parallels runs through the middle. */
const LINES = 8

/** Where a parallel runs inside a polygon, as pairs of longitudes. */
function stretches(polygon: GeoJSON.Position[][], lat: number): [number, number][] {
  const at: number[] = []
  for (const ring of polygon) {
    for (let k = 1; k < ring.length; k += 1) {
      const [x1 = 0, y1 = 0] = ring[k - 1] ?? []
      const [x2 = 0, y2 = 0] = ring[k] ?? []
      if (y1 > lat !== y2 > lat) at.push(x1 + ((lat - y1) / (y2 - y1)) * (x2 - x1))
    }
  }
  at.sort((a, b) => a - b)
  return at.flatMap((from, k) => (k % 2 === 0 && k + 1 < at.length ? [[from, at[k + 1] ?? from] as [number, number]] : []))
}

/** Joins what overlaps or touches: the pieces of one area overlap at the edges of their tiles. */
function joined(parts: [number, number][]): [number, number][] {
  const runs: [number, number][] = []
  for (const [from, to] of [...parts].sort((a, b) => a[0] - b[0])) {
    const last = runs.at(-1)
    if (last && from <= last[1]) last[1] = Math.max(last[1], to)
    else runs.push([from, to])
  }
  return runs
}

/** The middle of the widest stretch of an area within a box, looked for along a few parallels. */
export function widest(pieces: GeoJSON.Geometry[], box: Bbox): Spot | null {
  const polygons = pieces.flatMap(rings)
  const lats = polygons.flatMap((polygon) => (polygon[0] ?? []).map((p) => p[1] ?? 0))
  const low = Math.max(lats.reduce((a, b) => Math.min(a, b), 90), box[1])
  const high = Math.min(lats.reduce((a, b) => Math.max(a, b), -90), box[3])
  let best: Spot | null = null
  for (let line = 1; line < LINES && high > low; line += 1) {
    const lat = low + ((high - low) * line) / LINES
    // a line through the middle is worth more than an equally wide one at the rim
    const worth = 1 - Math.abs(line / LINES - 0.5)
    for (const [west, east] of joined(polygons.flatMap((polygon) => stretches(polygon, lat)))) {
      const [from, to] = [Math.max(west, box[0]), Math.min(east, box[2])]
      const width = (to - from) * worth
      if (width > (best?.width ?? 0)) best = { lon: (from + to) / 2, lat, width }
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
  const whole = new Map<string, Piece[]>()
  for (const piece of pieces) whole.set(String(piece.id), [...(whole.get(String(piece.id)) ?? []), piece])
  const placed = new Map<string, GeoJSON.Feature>()
  for (const [key, parts] of whole) {
    const old = before.get(key)
    const stays = old?.geometry.type === 'Point' && within(old.geometry.coordinates, box)
    const spot = stays ? null : widest(parts.map((part) => part.geometry), box)
    if (stays) placed.set(key, old)
    else if (spot) placed.set(key, { type: 'Feature', properties: { ...parts[0]?.properties }, geometry: { type: 'Point', coordinates: [spot.lon, spot.lat] } })
  }
  return placed
}
