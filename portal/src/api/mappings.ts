/** Mappings: how a file's columns become a layer's fields. */

import { read, send } from './http'
import type { DeliveryOf, FileColumns, LayerMapping, MappingValue } from './types'

export const mappingAddress = (layer: string): string => `/api/mappings/${encodeURIComponent(layer)}`
export const mappingFileAddress = (layer: string, number: number): string => `${mappingAddress(layer)}/file?number=${number}`

export const readMapping = (layer: string, signal?: AbortSignal): Promise<LayerMapping> => read<LayerMapping>(mappingAddress(layer), signal)

/** Keeps a mapping as the next version, unless somebody saved another since version `on`. */
export const saveMapping = async (layer: string, mapping: Omit<MappingValue, 'number'>, on: number): Promise<LayerMapping> =>
  (await (await send('PUT', mappingAddress(layer), { mapping, on })).json()) as LayerMapping

/** Columns by the names of the first row, or by position where `header` is false; null: as it was delivered. */
export const readColumns = (delivery: string, header: boolean | null, signal?: AbortSignal): Promise<FileColumns> =>
  read<FileColumns>(`/api/deliveries/${encodeURIComponent(delivery)}/columns${header === null ? '' : `?header=${String(header)}`}`, signal)

/** The latest deliveries of a resource, whose files may be mapped. */
export const deliveriesOf = async (resource: string, signal?: AbortSignal): Promise<DeliveryOf[]> =>
  (await read<{ deliveries: DeliveryOf[] }>(`/api/deliveries?resource=${encodeURIComponent(resource)}&limit=20`, signal)).deliveries
