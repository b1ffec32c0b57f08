/** The view in which readings of one file's coordinates are told apart. */

import type { Bbox, Candidate } from '../api/types'
import { around } from '../state/catalogue'

/** Readings that lie nearer to each other than this differ by a datum; others by a whole zone or axis. */
const NEAR = 0.02
const TIMES = 1.5

type Place = [number, number]
const apart = ([ax, ay]: Place, [bx, by]: Place): number => Math.max(Math.abs(ax - bx), Math.abs(ay - by))

/** The place with the most others around it. */
function densest(places: Place[], within: number): Place | null {
  const around = (place: Place): number => places.filter((other) => apart(place, other) <= within).length
  return places.reduce<Place | null>((best, place) => (best === null || around(place) > around(best) ? place : best), null)
}

/** Close to the densest spot of the file where readings differ by metres, else around all that lie in the city. */
export function viewOf(candidates: Candidate[]): Bbox | null {
  const inside = candidates.filter((one) => one.inside > 0.5)
  const first = inside[0]
  const gaps = inside.slice(1).flatMap((one) => (first?.places[0] && one.places[0] ? [apart(first.places[0], one.places[0])] : []))
  const gap = Math.max(0, ...gaps)
  if (!first || !gap || gap > NEAR) return around(inside.flatMap((one) => one.places.map(([x, y]): Bbox => [x, y, x, y])))
  const middle = densest(first.places, gap * TIMES)
  return middle && [middle[0] - gap * TIMES, middle[1] - gap * TIMES, middle[0] + gap * TIMES, middle[1] + gap * TIMES]
}
