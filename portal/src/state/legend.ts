/** What a style's colours mean, derived from the style and the layer's fields. */

import type { Field, Style, Text } from '../api/types'

export interface LegendEntry { colour: string; title: Text }
export interface Legend { heading: Text | null; entries: LegendEntry[] }

const OTHERS: Text = { zh: '其他', en: 'Other' }
const NO_VALUE: Text = { zh: '无值', en: 'No value' }
const FEATURES: Text = { zh: '要素', en: 'Features' }
const BOOLEANS = [{ value: 'true', title: { zh: '是', en: 'Yes' } }, { value: 'false', title: { zh: '否', en: 'No' } }]

const same = (word: string): Text => ({ zh: word, en: word })

/** No more than 6 digits behind the point, none that are 0. */
export function numberText(value: number): string {
  const text = value.toFixed(6).replace(/\.?0+$/, '')
  return text === '-0' ? '0' : text
}

/** What values of a field are called by its code list; of a boolean, yes and no. */
export const codesOf = (field: Field | undefined): { value: string; title: Text }[] =>
  field?.codes.length ? field.codes : field?.kind === 'boolean' ? BOOLEANS : []

/** The bounds of each class in words, from the lowest. */
export function bounds(breaks: number[]): string[] {
  const numbers = breaks.map(numberText)
  const middle = numbers.slice(1).map((high, k) => `${numbers[k] ?? ''} – ${high}`)
  return [`< ${numbers[0] ?? ''}`, ...middle, `≥ ${numbers.at(-1) ?? ''}`]
}

function headingOf(field: Field | undefined, name: string): Text {
  const title = field?.title ?? same(name)
  return field?.unit ? { zh: `${title.zh}（${field.unit}）`, en: `${title.en} (${field.unit})` } : title
}

export function legendOf(style: Style, fields: Field[]): Legend {
  const { colouring, colour } = style
  if (colouring.by === 'single') return { heading: null, entries: [{ colour, title: FEATURES }] }
  const field = fields.find((one) => one.name === colouring.field)
  const heading = headingOf(field, colouring.field)
  if (colouring.by === 'value') {
    const called = new Map(codesOf(field).map((code) => [code.value, code.title]))
    const entries = colouring.values.map((one) => ({ colour: one.colour, title: one.title ?? called.get(one.value) ?? same(one.value) }))
    return { heading, entries: [...entries, { colour, title: OTHERS }] }
  }
  const texts = bounds(colouring.breaks)
  const entries = colouring.classes.map((one, k) => ({ colour: one.colour, title: one.title ?? same(texts[k] ?? '') }))
  return { heading, entries: [...entries, { colour, title: NO_VALUE }] }
}
