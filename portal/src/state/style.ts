/** A style as it is drawn up: colours from a ramp, classes from a field's numbers, values from its codes. */

import type { Colouring, Field, FieldValues, Ramp } from '../api/types'
import { codesOf } from './legend'

export const MOST_CLASSES = 40
export const CLASSES = 5
/** Values that are coloured at first, where no code list tells which there are. */
const FIRST_VALUES = 12
export type Spread = 'equal' | 'quantile'

const VALUE_KINDS = ['text', 'integer', 'boolean']
const NUMBER_KINDS = ['integer', 'decimal', 'float']
export const byValueFields = (fields: Field[]): Field[] => fields.filter((field) => VALUE_KINDS.includes(field.kind))
export const byClassFields = (fields: Field[]): Field[] => fields.filter((field) => NUMBER_KINDS.includes(field.kind))

const parts = (colour: string): number[] => [1, 3, 5].map((start) => parseInt(colour.slice(start, start + 2), 16))

/** So many colours of a ramp: categories in turn, the others spread evenly from end to end. */
export function coloursOf(ramp: Pick<Ramp, 'kind' | 'colours'>, count: number): string[] {
  const { colours } = ramp
  const at = (place: number): string => colours[place % colours.length] ?? '#000000'
  if (ramp.kind === 'categories') return Array.from({ length: count }, (_, k) => at(k))
  if (count === 1) return [at(Math.floor(colours.length / 2))]
  const last = colours.length - 1
  return Array.from({ length: count }, (_, k) => {
    const place = (k * last) / (count - 1)
    const low = Math.min(Math.floor(place), last - 1)
    const [from, to] = [parts(at(low)), parts(at(low + 1))]
    const mixed = from.map((one, axis) => Math.floor(one + ((to[axis] ?? one) - one) * (place - low) + 0.5))
    return `#${mixed.map((part) => part.toString(16).padStart(2, '0')).join('')}`
  })
}

/** A number with three digits that count, so that bounds can be read. */
function rounded(value: number, step: number): number {
  if (!step) return value
  const unit = 10 ** Math.floor(Math.log10(Math.abs(step)) - 1)
  return Number((Math.round(value / unit) * unit).toPrecision(12))
}

/** What parts a field's numbers into so many classes, or into fewer where they are too few; ascending. */
export function breaksOf(quantiles: number[], classes: number, spread: Spread, whole: boolean): number[] {
  const [low = 0, high = 0] = [quantiles[0], quantiles.at(-1)]
  const step = (high - low) / classes
  const at = (k: number): number => (spread === 'equal' ? low + step * k : (quantiles[Math.round((k / classes) * (quantiles.length - 1))] ?? high))
  const made = Array.from({ length: classes - 1 }, (_, k) => (whole ? Math.ceil(at(k + 1)) : rounded(at(k + 1), step)))
  const breaks = [...new Set(made)].filter((one) => one > low && one <= high).sort((a, b) => a - b)
  // where nearly all are the same, equal numbers part nothing
  return !breaks.length && spread === 'quantile' && low < high ? breaksOf(quantiles, classes, 'equal', whole) : breaks
}

/** The colouring by a field's values: its codes, else the most frequent values that were found. */
export function byValue(field: Field, found: FieldValues | null, ramp: Ramp): Colouring {
  const codes = codesOf(field).map((code) => code.value)
  const values = (codes.length ? codes.slice(0, MOST_CLASSES) : (found?.values ?? []).slice(0, FIRST_VALUES).map((one) => one.value))
  const colours = coloursOf(ramp, values.length)
  return { by: 'value', field: field.name, values: values.map((value, k) => ({ value, colour: colours[k] ?? '#000000', title: null })) }
}

/** The colouring by classes of a field's numbers; null where they are all the same, or none. */
export function byClass(field: Field, found: FieldValues | null, ramp: Ramp, classes: number, spread: Spread): Colouring | null {
  const breaks = found?.numbers ? breaksOf(found.numbers.quantiles, classes, spread, field.kind === 'integer') : []
  if (!breaks.length) return null
  return { by: 'class', field: field.name, breaks, classes: coloursOf(ramp, breaks.length + 1).map((colour) => ({ colour, title: null })) }
}

/** The same colouring in the colours of a ramp. */
export function recoloured(colouring: Colouring, ramp: Ramp): Colouring {
  if (colouring.by === 'value') {
    const colours = coloursOf(ramp, colouring.values.length)
    return { ...colouring, values: colouring.values.map((one, k) => ({ ...one, colour: colours[k] ?? one.colour })) }
  }
  if (colouring.by === 'class') {
    const colours = coloursOf(ramp, colouring.classes.length)
    return { ...colouring, classes: colouring.classes.map((one, k) => ({ ...one, colour: colours[k] ?? one.colour })) }
  }
  return colouring
}

/** Whether the bounds of classes ascend, as a style that is saved must have them. */
export const ascending = (breaks: number[]): boolean => breaks.every((one, k) => Number.isFinite(one) && (k === 0 || one > (breaks[k - 1] ?? one)))
