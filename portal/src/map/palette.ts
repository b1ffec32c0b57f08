/** The city map's calm colours: paper and land, water, green, built ground, streets; and the inks of names. */

import type { Field } from '../api/types'
import type { Theme } from './themes'

/** Fill and edge of each theme; what has none is drawn in a colour of its own. */
export const tones: Partial<Record<Theme, [fill: string, edge: string]>> = {
  division: ['#faf8f4', '#8d7f9c'], subdivision: ['#faf8f4', '#a79fb2'], green: ['#d3e5c8', '#a5c396'], water: ['#bcd9e8', '#86b4d0'],
  parcel: ['#f0eadd', '#d2c6ae'], building: ['#e6dccb', '#b3a48d'], street: ['#ffffff', '#cfc6b6'], address: ['#ffffff', '#7a4b2a'],
  poi: ['#4a6c8f', '#2f4f70'],
}

/** Buildings by height in metres, or by floors: the taller the darker, never so dark that a name on it is lost. */
export const heights = { colours: ['#eee7db', '#e2d7c5', '#d4c6b0', '#c4b298', '#b9a489'], metres: [0, 20, 50, 100, 200], floors: [1, 6, 15, 30, 60] }

/** The colour of names by theme; each has a contrast of 4.5 or more on every ground it stands on (WCAG AA). */
export const inks: Record<Theme, string> = {
  division: '#4a4257', subdivision: '#4d565f', parcel: '#5b4d33', green: '#37592e', water: '#235678', plain: '#3d464d', street: '#3a4249',
  building: '#3a2f21', address: '#6f4325', poi: '#2a4868', file: '#3d464d',
}

/** Local streets 0, secondary 1, main 2, expressways 3: surface and casing. */
export const streetTones: [surface: string, casing: string][] = [['#ffffff', '#cfc6b6'], ['#fffaf0', '#cdbf9f'], ['#fdeabb', '#d9b873'], ['#f9cf87', '#cf9a4d']]

/** Faint tints of land by its use, told by the words of a code list. */
const uses: [RegExp, string][] = [
  [/旧村|village/i, '#efe5d8'],
  [/住宅|居住|residen|housing/i, '#f3edde'],
  [/商业|商务|办公|commerc|business|office/i, '#f4e4dc'],
  [/工业|仓储|物流|industr|warehouse|logistic/i, '#e9e5ea'],
  [/公共|教育|医疗|文化|public|school|health/i, '#f3e7d0'],
  [/公园|绿地|林|park|green/i, '#d9e8cf'],
  [/储备|空闲|未利用|reserve|vacant/i, '#f0efe9'],
]

/** A tint for each code of a field that tells the use of land; empty where no word is known. */
export function useTints(field: Field | null): [code: string, colour: string][] {
  return (field?.codes ?? []).flatMap((code): [string, string][] => {
    const found = uses.find(([word]) => word.test(`${code.title.zh} ${code.title.en}`))
    return found ? [[code.value, found[1]]] : []
  })
}
