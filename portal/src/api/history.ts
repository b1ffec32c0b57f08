/** What became of one feature, from version to version. */

import { read } from './http'
import type { DeliveryLine, Text, Titled, Value } from './types'

/** A field's value before and after; of the geometry (`field` null) both shapes. */
export type FieldChange = { field: string; before: Value; after: Value } | { field: null; before: GeoJSON.Geometry | null; after: GeoJSON.Geometry | null }

export interface HistoryEvent {
  event: Titled & { value: 'added' | 'changed' | 'removed' }
  version: string
  at: string | null
  /** What brought it, told to those who may see deliveries. */
  delivery: DeliveryLine | null
  changes: FieldChange[]
}

export interface History {
  collection: string
  feature: number
  provider: Text
  /** Whether the asker sees less than all of the layer. */
  partial: boolean
  whole: boolean
  events: HistoryEvent[]
}

export const historyAddress = (slug: string, fid: string | number): string =>
  `/api/history/${encodeURIComponent(slug)}/${encodeURIComponent(String(fid))}`

export const readHistory = (slug: string, fid: string | number, signal?: AbortSignal): Promise<History> => read<History>(historyAddress(slug, fid), signal)
