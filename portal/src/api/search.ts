import { read } from './http'
import type { components } from './schema'

type Schemas = components['schemas']

export type ResourceHit = Schemas['ResourceHit']
export type PlaceHit = Schemas['PlaceHit']
/** Why a name was found, the best first. */
export type Match = Schemas['Match']['value']
export type SearchHit = ResourceHit | PlaceHit
export type Found = Schemas['Found']

const LIMIT = 8

/** Resources and places by name: characters, pinyin, first letters, words; also with a slip. */
export const readSearch = (words: string, signal?: AbortSignal): Promise<Found> =>
  read<Found>(`/api/search?limit=${LIMIT}&q=${encodeURIComponent(words)}`, signal)
