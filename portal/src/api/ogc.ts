/** Addresses of the OGC API services, and the one feature behind a click. */

import { read } from './http'
import type { Bbox, Feature } from './types'

export const collectionAddress = (slug: string): string => `/ogc/collections/${encodeURIComponent(slug)}`

export const itemsAddress = (slug: string, limit: number): string =>
  `${collectionAddress(slug)}/items?f=json&limit=${limit}`

export const itemAddress = (slug: string, fid: string | number): string =>
  `${collectionAddress(slug)}/items/${encodeURIComponent(String(fid))}`

/** The whole layer as a file: `geojson` or `gpkg`. */
export const downloadAddress = (slug: string, form: string): string => `${collectionAddress(slug)}/download?f=${form}`

/** Of a layer what lies in a box, as a file. */
export const boxAddress = (slug: string, form: string, bbox: Bbox): string => `${downloadAddress(slug, form)}&bbox=${bbox.map((side) => side.toFixed(7)).join(',')}`

/** How many features of a layer lie in a box. */
export const countIn = async (slug: string, bbox: Bbox, signal?: AbortSignal): Promise<number> =>
  (await read<{ numberMatched: number }>(`${itemsAddress(slug, 1)}&bbox=${bbox.map((side) => side.toFixed(7)).join(',')}`, signal)).numberMatched

/** Tile address with MapLibre's letters: OGC names matrix, row (y), column (x), in this order. */
export const tileAddress = (slug: string): string =>
  `${collectionAddress(slug)}/tiles/WebMercatorQuad/{z}/{y}/{x}?f=mvt`

/** One feature of a layer, whichever comes first; null where there is none. */
export const readFirst = async (slug: string, signal?: AbortSignal): Promise<Feature | null> =>
  (await read<{ features: Feature[] }>(itemsAddress(slug, 1), signal)).features[0] ?? null

export const readFeature = (slug: string, fid: string | number, signal?: AbortSignal): Promise<Feature> =>
  read<Feature>(`${itemAddress(slug, fid)}?f=json`, signal)
