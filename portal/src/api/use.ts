import { read } from './http'
import type { components } from './schema'

/** One sum of the record of use: answers given and refused, features and bytes in the former. */
export type UseLine = components['schemas']['UseLine']
export type Use = components['schemas']['Use']

/** Address of the sums of the last so many days, ending `until`. */
export const useAddress = (by: string, since: string, until: string): string =>
  `/api/use?${new URLSearchParams({ by, since, until })}`

export const readUse = (address: string, signal?: AbortSignal): Promise<Use> => read<Use>(address, signal)
