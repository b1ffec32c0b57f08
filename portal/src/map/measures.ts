/** Lengths and areas on the ellipsoid of CGCS2000, along geodesics (GB/T 17798 counts in these units too). */

import geodesic from 'geographiclib-geodesic'

import type { Language } from '../state/language'
import { exact } from '../state/format'

/** Longitude and latitude in degrees. */
export type Place = [number, number]
export type Measured = 'length' | 'area'

/** Semi-major axis in metres and flattening of CGCS2000 (GB 22021). */
const CGCS2000 = new geodesic.Geodesic.Geodesic(6_378_137, 1 / 298.257_222_101)

/** Metres along the geodesics from place to place. */
export function lengthOf(places: Place[]): number {
  return places.slice(1).reduce((sum, [lon, lat], k) => {
    const [from, at] = places[k] ?? [lon, lat]
    return sum + (CGCS2000.Inverse(at, from, lat, lon).s12 ?? 0)
  }, 0)
}

/** Square metres within the ring of geodesics through the places, whichever way they run round. */
export function areaOf(places: Place[]): number {
  if (places.length < 3) return 0
  const ring = CGCS2000.Polygon(false)
  for (const [lon, lat] of places) ring.AddPoint(lat, lon)
  return Math.abs(ring.Compute(false, true).area ?? 0)
}

/** Metres around the ring. */
export const aroundOf = (places: Place[]): number => (places.length < 3 ? 0 : lengthOf([...places, places[0] ?? [0, 0]]))

/** Four figures, and no more digits behind the point than `most`. */
function figures(value: number, most: number): string {
  const before = Math.max(Math.floor(Math.log10(Math.max(value, 1e-9))) + 1, 1)
  return exact(Number(value.toFixed(Math.max(0, Math.min(most, 4 - before)))))
}

/** 237.3 m, 216.1 km. */
export const lengthInWords = (metres: number): string => (metres < 1000 ? `${figures(metres, 1)} m` : `${figures(metres / 1000, 3)} km`)

/** The area in every unit in which it is not a row of naughts: m², 公顷 (ha) and km². */
export function areaInWords(area: number, language: Language): string[] {
  const hectares = language === 'zh' ? '公顷' : 'ha'
  return [
    ...(area < 1e7 ? [`${figures(area, 1)} m²`] : []),
    ...(area >= 1e3 && area < 1e10 ? [`${figures(area / 1e4, 2)} ${hectares}`] : []),
    ...(area >= 1e5 ? [`${figures(area / 1e6, 3)} km²`] : []),
  ]
}
