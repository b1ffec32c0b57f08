/** The map's address: what is on it, where it looks, what is picked; and back again. */

export interface Look {
  lon: number
  lat: number
  zoom: number
}

export interface Pick {
  slug: string
  fid: string
}

/** `layers` null means every layer at full opacity, the state of a fresh map. */
export interface MapAddress {
  look: Look | null
  layers: Map<string, number> | null
  /** The layers from the top down, where the reader has put them in an order; null: as their themes have it. */
  order: string[] | null
  pick: Pick | null
}

type Query = Record<string, unknown>

function numbersOf(value: unknown): number[] {
  return typeof value === 'string' ? value.split(',').map(Number) : []
}

function lookOf(value: unknown): Look | null {
  const [lon, lat, zoom] = numbersOf(value)
  if (lon === undefined || lat === undefined || zoom === undefined) return null
  const sound = Math.abs(lon) <= 180 && Math.abs(lat) <= 85.06 && zoom >= 0 && zoom <= 24
  return sound ? { lon, lat, zoom } : null
}

function layersOf(value: unknown): Map<string, number> | null {
  if (typeof value !== 'string') return null
  const layers = new Map<string, number>()
  for (const part of value.split(',').filter(Boolean)) {
    const [slug = '', percent = '100'] = part.split(':')
    const opacity = Number(percent) / 100
    if (slug && opacity >= 0 && opacity <= 1) layers.set(slug, opacity)
  }
  return layers
}

function pickOf(value: unknown): Pick | null {
  const match = typeof value === 'string' ? /^([^/]+)\/([^/]+)$/.exec(value) : null
  return match?.[1] && match[2] ? { slug: match[1], fid: match[2] } : null
}

function orderOf(value: unknown): string[] | null {
  const slugs = typeof value === 'string' ? value.split(',').filter(Boolean) : []
  return slugs.length ? [...new Set(slugs)] : null
}

/** Reads `at=114.06,22.54,12.5&layers=buildings:60,streets&order=streets,buildings&pick=buildings/17`; what is malformed is left out. */
export function readMapAddress(query: Query): MapAddress {
  return { look: lookOf(query['at']), layers: layersOf(query['layers']), order: orderOf(query['order']), pick: pickOf(query['pick']) }
}

/** Five decimals are a metre: enough to come back to the same view, short enough to send. */
export function writeMapAddress(address: MapAddress): Record<string, string> {
  const query: Record<string, string> = {}
  if (address.look) {
    const { lon, lat, zoom } = address.look
    query['at'] = [lon.toFixed(5), lat.toFixed(5), zoom.toFixed(2)].map(Number).join(',')
  }
  if (address.layers) {
    query['layers'] = [...address.layers]
      .map(([slug, opacity]) => (opacity === 1 ? slug : `${slug}:${Math.round(opacity * 100)}`))
      .join(',')
  }
  if (address.order) query['order'] = address.order.join(',')
  if (address.pick) query['pick'] = `${address.pick.slug}/${address.pick.fid}`
  return query
}
