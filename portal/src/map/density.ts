/** From which zoom a layer is drawn, so that no tile carries more features than an eye can tell apart. */

import type { Layer } from '../api/types'

const FEATURES_A_TILE = 20_000

/** A share of the world's width that one tile takes at a zoom is 1/2^zoom; latitude is taken the same way. */
export function firstZoom(layer: Pick<Layer, 'rows' | 'bbox'>): number {
  if (!layer.bbox || layer.rows <= FEATURES_A_TILE) return 0
  const [west, south, east, north] = layer.bbox
  const middle = Math.cos(((south + north) / 2) * (Math.PI / 180))
  const width = Math.max((east - west) / 360, 1e-9)
  const height = Math.max((north - south) / 360 / Math.max(middle, 0.05), 1e-9)
  for (let zoom = 0; zoom < 15; zoom += 1) {
    const side = 1 / 2 ** zoom
    const share = Math.min(1, side / width) * Math.min(1, side / height)
    if (layer.rows * share <= FEATURES_A_TILE) return zoom
  }
  return 15
}
