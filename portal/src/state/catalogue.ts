/** The catalogue's filters and figures: pure functions over the list of resources. */

import type { Bbox, Resource, Text } from '../api/types'

export interface Facet {
  value: string
  title: Text
  count: number
}

export interface Filter {
  state: string | null
  provider: string | null
  sharing: string | null
}

const sides = {
  state: (r: Resource) => ({ value: r.state, title: r.state_title }),
  provider: (r: Resource) => ({ value: r.provider.id, title: r.provider.name }),
  sharing: (r: Resource) => r.sharing,
}

export type Side = keyof typeof sides

const passes = (r: Resource, filter: Filter, except?: Side): boolean =>
  (Object.keys(sides) as Side[]).every((side) => side === except || filter[side] === null || sides[side](r).value === filter[side])

export const filtered = (resources: Resource[], filter: Filter): Resource[] => resources.filter((r) => passes(r, filter))

/** The values of one side with what each would leave, the other sides' choices kept. */
export function facet(resources: Resource[], filter: Filter, side: Side): Facet[] {
  const found = new Map<string, Facet>()
  for (const resource of resources) {
    const { value, title } = sides[side](resource)
    const entry = found.get(value) ?? { value, title, count: 0 }
    if (passes(resource, filter, side)) entry.count += 1
    found.set(value, entry)
  }
  return [...found.values()].sort((a, b) => b.count - a.count || a.title.en.localeCompare(b.title.en))
}

export function figures(resources: Resource[]): { resources: number; layers: number; features: number; providers: number } {
  const layers = resources.flatMap((r) => r.layers)
  return {
    resources: resources.length,
    layers: layers.length,
    features: layers.reduce((sum, layer) => sum + layer.rows, 0),
    providers: new Set(resources.map((r) => r.provider.id)).size,
  }
}

/** Whether two boxes share a place; a missing box shares none. */
export const touching = (a: Bbox | null, b: Bbox | null): boolean =>
  a !== null && b !== null && a[0] <= b[2] && b[0] <= a[2] && a[1] <= b[3] && b[1] <= a[3]

/** The box around most of the boxes: those that hang together, without what lies far off. */
export function mainArea(boxes: (Bbox | null)[]): Bbox | null {
  let best: { box: Bbox; count: number } | null = null
  for (const seed of boxes) {
    let box = seed
    let count = 0
    for (const other of boxes) {
      if (!box || !other || !touching(box, other)) continue
      box = around([box, other])
      count += 1
    }
    if (box && (!best || count > best.count)) best = { box, count }
  }
  return best?.box ?? null
}

/** Degrees to each side of a place that would else be all there is to see. */
const ROOM = 0.02

/** A box to look at: a single place with some ground around it. */
export function withRoom(box: Bbox | null): Bbox | null {
  if (!box || box[0] !== box[2] || box[1] !== box[3]) return box
  return [box[0] - ROOM, box[1] - ROOM, box[2] + ROOM, box[3] + ROOM]
}

/** The box around all boxes; null where there is none. */
export function around(boxes: (Bbox | null)[]): Bbox | null {
  const known = boxes.filter((box) => box !== null)
  if (!known.length) return null
  const side = (k: number, pick: (...n: number[]) => number): number => pick(...known.map((box) => box[k] ?? 0))
  return [side(0, Math.min), side(1, Math.min), side(2, Math.max), side(3, Math.max)]
}
