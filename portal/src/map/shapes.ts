/** Plain questions to a geometry. */

import type { Bbox } from '../api/types'

/** The rings of each polygon; nothing for lines and points. */
export function rings(geometry: GeoJSON.Geometry): GeoJSON.Position[][][] {
  if (geometry.type === 'Polygon') return [geometry.coordinates]
  return geometry.type === 'MultiPolygon' ? geometry.coordinates : []
}

function positions(geometry: GeoJSON.Geometry): GeoJSON.Position[] {
  if (geometry.type === 'GeometryCollection') return geometry.geometries.flatMap(positions)
  if (geometry.type === 'Point') return [geometry.coordinates]
  if (geometry.type === 'MultiPoint' || geometry.type === 'LineString') return geometry.coordinates
  if (geometry.type === 'MultiLineString' || geometry.type === 'Polygon') return geometry.coordinates.flat()
  return geometry.coordinates.flat(2)
}

/** The box around a geometry; null for an empty one. */
export function boxOf(geometry: GeoJSON.Geometry): Bbox | null {
  let box: Bbox | null = null
  for (const [x = 0, y = 0] of positions(geometry)) {
    box = box ? [Math.min(box[0], x), Math.min(box[1], y), Math.max(box[2], x), Math.max(box[3], y)] : [x, y, x, y]
  }
  return box
}

/** So many features of the size of one stand side by side in a close-up. */
const FEATURES_ACROSS = 30

/** A box in which some features of a layer can be told apart: around one of them, within the layer's own. */
export function closeUp(layer: { bbox: Bbox | null; rows: number }, one: GeoJSON.Geometry | null): Bbox | null {
  const [whole, box] = [layer.bbox, one && boxOf(one)]
  if (!whole || !box) return whole
  const spacing = Math.sqrt(((whole[2] - whole[0]) * (whole[3] - whole[1])) / Math.max(layer.rows, 1))
  const side = Math.max(box[2] - box[0], box[3] - box[1]) || spacing
  const [x, y, reach] = [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2, side * FEATURES_ACROSS / 2]
  return 2 * reach >= Math.max(whole[2] - whole[0], whole[3] - whole[1]) ? whole : [x - reach, y - reach, x + reach, y + reach]
}
