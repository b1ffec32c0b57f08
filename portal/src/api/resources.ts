import { read } from './http'
import type { Resource, ResourceDetail } from './types'

/** Addresses of the JSON behind the pages; each page links to its own. */
export const resourcesAddress = (words = ''): string =>
  words ? `/api/resources?q=${encodeURIComponent(words)}` : '/api/resources'
export const resourceAddress = (id: string): string => `/api/resources/${encodeURIComponent(id)}`

/** The resources that the asker may see and whose texts contain the words. */
export const readResources = async (words: string, signal?: AbortSignal): Promise<Resource[]> =>
  (await read<{ resources: Resource[] }>(resourcesAddress(words), signal)).resources

export const readResource = (id: string, signal?: AbortSignal): Promise<ResourceDetail> =>
  read<ResourceDetail>(resourceAddress(id), signal)
