/** In which order layers lie on one another: by theme at first, then as the reader puts them. */

import type { LayerSpecification } from 'maplibre-gl'

import type { Layer } from '../api/types'
import { slugOf, sorted, standing, type Symbol } from './symbols'
import { themeOf, type Theme } from './themes'

export type Group = 'places' | 'others' | 'traffic' | 'buildings' | 'nature' | 'land' | 'divisions'

/** From the top of the map down. */
const GROUPS: Group[] = ['places', 'others', 'traffic', 'buildings', 'nature', 'land', 'divisions']
const groups: Record<Theme, Group> = {
  poi: 'places', address: 'places', plain: 'others', file: 'others', street: 'traffic', building: 'buildings',
  water: 'nature', green: 'nature', parcel: 'land', division: 'divisions', subdivision: 'divisions',
}

export const groupOf = (layer: Layer): Group => groups[themeOf(layer)]

/** The layers' slugs as the themes have them, the topmost first. */
export function defaultOrder(layers: Layer[]): string[] {
  const height = (layer: Layer): number => -GROUPS.indexOf(groupOf(layer)) * 100 + standing(layer)
  return layers.map((layer, k) => ({ slug: layer.slug, at: height(layer), k })).sort((a, b) => b.at - a.at || a.k - b.k).map((one) => one.slug)
}

export interface Shelf {
  group: Group
  layers: Layer[]
}

/** The layers by group, both in the order that is asked for; what it does not name comes last. */
export function shelves(layers: Layer[], order: string[] | null): Shelf[] {
  const named = new Map(layers.map((layer) => [layer.slug, layer]))
  const all = [...new Set([...(order ?? []), ...defaultOrder(layers)])].flatMap((slug) => named.get(slug) ?? [])
  const found = new Map<Group, Layer[]>()
  for (const layer of all) found.set(groupOf(layer), [...(found.get(groupOf(layer)) ?? []), layer])
  return [...found].map(([group, held]) => ({ group, layers: held }))
}

const flat = (all: Shelf[]): string[] => all.flatMap((shelf) => shelf.layers.map((layer) => layer.slug))

function movedTo<T>(list: T[], from: number, to: number): T[] {
  const target = Math.max(0, Math.min(list.length - 1, to))
  const rest = list.filter((_, k) => k !== from)
  const one = list[from]
  return one === undefined ? list : [...rest.slice(0, target), one, ...rest.slice(target)]
}

/** The order with a layer at another place of its group, counted from the top. */
export function placeLayer(all: Shelf[], slug: string, to: number): string[] {
  return flat(all.map((shelf) => {
    const from = shelf.layers.findIndex((layer) => layer.slug === slug)
    return from < 0 ? shelf : { ...shelf, layers: movedTo(shelf.layers, from, to) }
  }))
}

/** The order with a whole group at another place. */
export const placeGroup = (all: Shelf[], group: Group, to: number): string[] =>
  flat(movedTo(all, all.findIndex((shelf) => shelf.group === group), to))

/** Style layers from the ground up in a reader's order; names stay on top, bounds above all areas. */
export function stacked(symbols: Symbol[], order: string[] | null): LayerSpecification[] {
  if (!order) return sorted(symbols)
  const height = new Map(order.map((slug, k) => [slug, order.length - k]))
  const own = (symbol: Symbol): number => height.get(slugOf(symbol.layer.id)) ?? 0
  const top = Math.max(0, ...symbols.filter((one) => one.storey === 'area').map(own))
  const bound = (one: Symbol): boolean => one.storey === 'line' && one.layer.id.endsWith('|edge')
  const at = (one: Symbol): number => (bound(one) ? Math.max(own(one), top) + 0.5 : own(one))
  const drawn = symbols.filter((one) => one.storey !== 'label')
  const names = sorted(symbols.filter((one) => one.storey === 'label'))
  return [...drawn.map((one, k) => ({ one, k })).sort((a, b) => at(a.one) - at(b.one) || a.k - b.k).map(({ one }) => one.layer), ...names]
}
