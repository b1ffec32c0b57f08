import { read } from './http'
import type { Text } from './types'

/** One sum of the record of use: answers given and refused, features and bytes in the former. */
export interface UseLine {
  of: string
  title: Text
  calls: number
  refused: number
  rows: number
  bytes: number
}

export interface Use {
  by: { value: string; title: Text }
  since: string
  until: string
  whole: boolean
  lines: UseLine[]
  days: UseLine[]
}

/** Address of the sums of the last so many days, ending `until`. */
export const useAddress = (by: string, since: string, until: string): string =>
  `/api/use?${new URLSearchParams({ by, since, until })}`

export const readUse = (address: string, signal?: AbortSignal): Promise<Use> => read<Use>(address, signal)
