/** Styles: how a layer is drawn, for those who decide it. */

import { read, send } from './http'
import type { FieldValues, LayerStyle, Style } from './types'

export const styleAddress = (layer: string): string => `/api/styles/${encodeURIComponent(layer)}`

export const readStyle = (layer: string, number: number | null, signal?: AbortSignal): Promise<LayerStyle> =>
  read<LayerStyle>(styleAddress(layer) + (number === null ? '' : `?number=${number}`), signal)

/** Keeps a style as the next version, unless somebody saved another since version `on`. */
export const saveStyle = async (layer: string, style: Style, why: string, on: number): Promise<LayerStyle> =>
  (await (await send('PUT', styleAddress(layer), { style, why, on })).json()) as LayerStyle

export const readValues = (layer: string, field: string, signal?: AbortSignal): Promise<FieldValues> =>
  read<FieldValues>(`${styleAddress(layer)}/values?field=${encodeURIComponent(field)}`, signal)
