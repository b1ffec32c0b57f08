/** The net of meridians and parallels, at the step that suits the zoom. */

/** Steps in arc-seconds: from 30° down to 1″, only such as divide their betters. */
const STEPS = [108000, 36000, 18000, 7200, 3600, 1800, 600, 300, 120, 60, 30, 10, 5, 2, 1]

/** The finest step whose lines stay at least `gap` pixels apart, in arc-seconds. */
export function stepFor(pixelsADegree: number, gap = 130): number {
  const wide = STEPS.filter((step) => (step / 3600) * pixelsADegree >= gap)
  return wide.at(-1) ?? STEPS[0] ?? 108000
}

/** Multiples of the step between two degrees, as degrees. */
export function linesBetween(from: number, to: number, step: number): number[] {
  const lines: number[] = []
  for (let k = Math.ceil((from * 3600) / step); k * step <= to * 3600 && lines.length < 400; k += 1) lines.push((k * step) / 3600)
  return lines
}

/** 114°03′E; seconds only where the step needs them. */
export function degreeLabel(degrees: number, axis: 'lon' | 'lat', step: number): string {
  const total = Math.round(Math.abs(degrees) * 3600)
  const [d, m, s] = [Math.floor(total / 3600), Math.floor((total % 3600) / 60), total % 60]
  const two = (n: number): string => String(n).padStart(2, '0')
  const letter = axis === 'lon' ? (degrees < 0 ? 'W' : 'E') : degrees < 0 ? 'S' : 'N'
  const minutes = step < 3600 ? `${two(m)}′` : ''
  return `${d}°${minutes}${step < 60 ? `${two(s)}″` : ''}${letter}`
}

/** The net over a box as GeoJSON lines. */
export function graticule(west: number, south: number, east: number, north: number, step: number): GeoJSON.Feature {
  const [bottom, top] = [Math.max(south, -85), Math.min(north, 85)]
  const meridians = linesBetween(west, east, step).map((x) => [[x, bottom], [x, top]])
  const parallels = linesBetween(bottom, top, step).map((y) => [[west, y], [east, y]])
  return { type: 'Feature', properties: {}, geometry: { type: 'MultiLineString', coordinates: [...meridians, ...parallels] } }
}
