import { read } from './http'
import type { Bbox, Text } from './types'

/** Why a name was found, the best first. */
export type Match = 'exact' | 'prefix' | 'contains' | 'pinyin' | 'initials' | 'fuzzy'

/** A resource that a search found; `spans` are the places of `value` that have what was typed. */
export interface ResourceHit {
  kind: 'resource'
  title: Text
  match: { value: Match; title: Text }
  found: { value: string; spans: [number, number][] }
  resource: { slug: string; title: Text }
}

/** A feature that a search found, with its layer and its place. */
export interface PlaceHit extends Omit<ResourceHit, 'kind' | 'found'> {
  kind: 'place'
  found: { value: string; spans: [number, number][]; field: Text }
  layer: { slug: string; title: Text }
  fid: number
  bbox: Bbox | null
}

export type SearchHit = ResourceHit | PlaceHit

export interface Found {
  resources: ResourceHit[]
  places: PlaceHit[]
}

const LIMIT = 8

/** Resources and places by name: characters, pinyin, first letters, words; also with a slip. */
export const readSearch = (words: string, signal?: AbortSignal): Promise<Found> =>
  read<Found>(`/api/search?limit=${LIMIT}&q=${encodeURIComponent(words)}`, signal)
