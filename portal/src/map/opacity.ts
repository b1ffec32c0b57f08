/** Opacities of style layers, turned down by the reader. */

export const OPACITIES = ['fill-opacity', 'line-opacity', 'circle-opacity', 'circle-stroke-opacity', 'text-opacity'] as const

/** An opacity times a share: of a number the product, of a ramp over zooms each of its stops. */
export function opacityTimes(base: unknown, share: number): unknown {
  if (typeof base === 'number') return base * share
  if (!Array.isArray(base)) return base
  // ['interpolate', curve, ['zoom'], stop, value, stop, value …]
  return base[0] === 'interpolate' ? base.map((part: unknown, k) => (k > 3 && k % 2 === 0 && typeof part === 'number' ? part * share : part)) : ['*', base, share]
}
