/** How streets are ranked and drawn: width and colour by class, the lesser ones later. */

import type { ExpressionSpecification } from 'maplibre-gl'

import type { Layer } from '../api/types'
import { streetTones } from './palette'
import { rankField } from './themes'

type Zoomed = ExpressionSpecification
export type Rank = Zoomed | number

/** Expressways 3, main roads 2, secondary 1, others 0. */
const grades: [RegExp, number][] = [
  [/motorway|expressway|trunk|freeway|高速|快速/i, 3],
  [/primary|main|arterial|主干/i, 2],
  [/secondary|tertiary|collector|次干/i, 1],
]
const PLAIN_WORDS = ['motorway', 'expressway', 'trunk', '高速公路', '快速路', 'primary', 'main', '主干路', '主干道', 'secondary', 'tertiary', '次干路', '次干道']
const gradeOf = (words: string): number => grades.find(([pattern]) => pattern.test(words))?.[1] ?? 0

/** The rank of a street from its field's code list, or from the words that road tables use. */
export function streetRank(layer: Layer): Rank {
  const field = rankField(layer.fields)
  if (!field) return 0
  const listed = field.codes.map((code): [string, number] => [code.value, gradeOf(`${code.title.zh} ${code.title.en} ${code.value}`)])
  const pairs = (listed.length ? listed : PLAIN_WORDS.map((word): [string, number] => [word, gradeOf(word)])).filter(([, rank]) => rank)
  if (!pairs.length) return 0
  return ['match', ['to-string', ['get', field.name]], ...pairs.flat(), 0] as unknown as Zoomed
}

/** `casing` is the share of the dark edge that shows beyond the street: 0 for the street itself. */
export const streetWidth = (rank: Rank, casing: 0 | 1): Zoomed => {
  const at = (base: number, step: number, edge: number): unknown => ['+', base + casing * edge, ['*', step, rank]]
  return ['interpolate', ['exponential', 1.6], ['zoom'], 8, at(0.1, 0.35, 0.3), 11, at(0.2, 0.75, 0.6), 13, at(0.9, 1.1, 1.1), 16, at(5, 3.2, 1.5), 19, at(24, 9, 2)] as unknown as Zoomed
}

export const streetColour = (rank: Rank, of: 'surface' | 'casing'): string | Zoomed => {
  const tone = (grade: number): string => streetTones[grade]?.[of === 'surface' ? 0 : 1] ?? '#ffffff'
  return typeof rank === 'number' ? tone(rank) : (['match', rank, 3, tone(3), 2, tone(2), 1, tone(1), tone(0)] as unknown as Zoomed)
}

/** Lines of the classes that a zoom has room for: main roads first, then secondary, then all. */
export function streetFilter(rank: Rank, shift = 0): unknown {
  const line = ['==', ['geometry-type'], 'LineString']
  if (typeof rank === 'number') return line
  return ['all', line, ['>=', rank, ['step', ['zoom'], 2, 11 + shift, 1, 12 + shift, 0]]]
}
