import { read } from './http'
import type { components } from './schema'

/** One sum of the record of use: answers given and refused, features and bytes in the former. */
export type UseLine = components['schemas']['UseLine']
export type Use = components['schemas']['Use']

/** Address of the sums of the last so many days; which day it is in the city, the platform knows. */
export const useAddress = (by: string, days: number): string =>
  `/api/use?${new URLSearchParams({ by, days: String(days) })}`

export const readUse = (address: string, signal?: AbortSignal): Promise<Use> => read<Use>(address, signal)
