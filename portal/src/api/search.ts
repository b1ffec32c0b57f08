import { read } from './http'
import type { Found } from './types'

const LIMIT = 8

/** Resources and places by name: characters, pinyin, first letters, words; also with a slip. */
export const readSearch = (words: string, signal?: AbortSignal): Promise<Found> =>
  read<Found>(`/api/search?limit=${LIMIT}&q=${encodeURIComponent(words)}`, signal)
