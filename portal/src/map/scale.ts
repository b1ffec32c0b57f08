/** The scale bar: a round length that fits. */

const EARTH = 40_075_016.686

/** Metres on the ground under one pixel of a 512-pixel world at a zoom and latitude. */
export const metresAPixel = (lat: number, zoom: number): number => (EARTH * Math.cos((lat * Math.PI) / 180)) / (512 * 2 ** zoom)

/** The longest of 1, 2, 5 × 10ⁿ metres that is no wider than `room` pixels. */
export function scaleBar(lat: number, zoom: number, room = 110): { pixels: number; label: string } {
  const a = metresAPixel(lat, zoom)
  const limit = a * room
  const power = 10 ** Math.floor(Math.log10(limit))
  const metres = [5, 2, 1].map((k) => k * power).find((length) => length <= limit) ?? power
  return { pixels: metres / a, label: metres >= 1000 ? `${metres / 1000} km` : `${metres} m` }
}
