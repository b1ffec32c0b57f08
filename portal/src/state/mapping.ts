/** A mapping as it is drawn up: for each field where its value comes from, and what values become. */

import type { Field, FileColumn, FileColumns, MappingValue } from '../api/types'
import { headerOf, headerWord, type HeaderWord } from './header'

/** `''`: the column of the field's name; `=`: one value for all rows; else `c:` and a column. */
export type Source = string
export const BY_NAME: Source = ''
export const CONSTANT: Source = '='
export const fromColumn = (name: string): Source => `c:${name}`

export interface Draft {
  sources: Record<string, Source>
  constants: Record<string, string>
  /** What source values become, by field; an empty text leaves a value as it is. */
  codes: Record<string, Record<string, string>>
  x: string
  y: string
  shape: string
  source_layer: string
  encoding: string
  header: HeaderWord
}

const copied = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T

export function draftOf(value: MappingValue): Draft {
  return {
    sources: {
      ...Object.fromEntries(Object.entries(value.columns).map(([field, column]) => [field, fromColumn(column)])),
      ...Object.fromEntries(Object.keys(value.constants).map((field) => [field, CONSTANT])),
    },
    constants: copied(value.constants), codes: copied(value.codes),
    x: value.x ?? '', y: value.y ?? '', shape: value.shape ?? '', source_layer: value.source_layer ?? '', encoding: value.encoding ?? '',
    header: headerWord(value.header),
  }
}

/** The mapping that a draft stands for; what says nothing is left out. */
export function mappingOf(draft: Draft): Omit<MappingValue, 'number'> {
  const sources = Object.entries(draft.sources)
  const codes = Object.entries(draft.codes).map(([field, table]) => [field, Object.fromEntries(Object.entries(table).filter(([, code]) => code))] as const)
  const placed = draft.x && draft.y
  return {
    columns: Object.fromEntries(sources.filter(([, one]) => one.startsWith('c:')).map(([field, one]) => [field, one.slice(2)])),
    constants: Object.fromEntries(sources.filter(([field, one]) => one === CONSTANT && draft.constants[field]).map(([field]) => [field, draft.constants[field] ?? ''])),
    codes: Object.fromEntries(codes.filter(([, table]) => Object.keys(table).length)),
    x: placed ? draft.x : null, y: placed ? draft.y : null, shape: placed ? null : draft.shape || null,
    source_layer: draft.source_layer.trim() || null, encoding: draft.encoding.trim() || null,
    header: headerOf(draft.header),
  }
}

/** The column that a field's values come from; null for none. What a column was chosen for, it serves alone. */
export function columnOf(field: Field, draft: Draft, columns: FileColumn[]): FileColumn | null {
  const source = draft.sources[field.name] ?? BY_NAME
  if (source.startsWith('c:')) return columns.find((one) => fromColumn(one.name) === source) ?? null
  if (source !== BY_NAME) return null
  const taken = new Set(Object.entries(draft.sources).filter(([name]) => name !== field.name).map(([, one]) => one))
  const free = columns.filter((one) => !taken.has(fromColumn(one.name)))
  return free.find((one) => one.name === field.name) ?? free.find((one) => one.name.toLowerCase() === field.name.toLowerCase()) ?? null
}

/** Whether nothing will stand in a field that must have a value. */
export const lacking = (field: Field, draft: Draft, columns: FileColumn[], key: string | null): boolean =>
  (field.required || field.name === key) && columnOf(field, draft, columns) === null && !(draft.sources[field.name] === CONSTANT && draft.constants[field.name])

/** The columns that nothing takes. */
export function unused(fields: Field[], draft: Draft, file: FileColumns): string[] {
  const used = new Set([...fields.map((field) => columnOf(field, draft, file.columns)?.name), ...file.places, draft.x, draft.y, draft.shape])
  return file.columns.map((one) => one.name).filter((name) => !used.has(name))
}

/** Values of the file, and those mapped before, that are no code of the field's list. */
export function strange(field: Field, draft: Draft, column: FileColumn | null): string[] {
  if (!field.codes.length) return []
  const known = new Set(field.codes.map((code) => code.value))
  const mapped = Object.keys(draft.codes[field.name] ?? {})
  return [...new Set([...(column?.values.filter((value) => !known.has(value)) ?? []), ...mapped])]
}

/** The code whose value or title in either language a text is; what people write is most often the title. */
export function likelyCode(field: Field, text: string): string {
  const said = text.trim().toLowerCase()
  return field.codes.find((code) => [code.title.zh, code.title.en, code.value].some((word) => word.toLowerCase() === said))?.value ?? ''
}

/** The field that a column most likely is, by its titles; for a first proposal. */
export function propose(fields: Field[], draft: Draft, columns: FileColumn[]): Record<string, Source> {
  const made: Record<string, Source> = {}
  for (const field of fields) {
    if ((draft.sources[field.name] ?? BY_NAME) !== BY_NAME || columnOf(field, draft, columns)) continue
    const titled = columns.find((one) => [field.title.zh, field.title.en].some((word) => word.toLowerCase() === one.name.trim().toLowerCase()))
    if (titled) made[field.name] = fromColumn(titled.name)
  }
  return made
}
