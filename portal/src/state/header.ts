/** Whether the first row of a table names its columns, as a page asks for it, and what columns are called where it does not. */

import type { FileColumn } from '../api/types'
import type { Language } from './language'

/** `''`: nothing is said of it. */
export type HeaderWord = '' | 'true' | 'false'
export const HEADER_WORDS: readonly HeaderWord[] = ['', 'true', 'false']

export const headerOf = (word: string): boolean | null => (word === 'true' ? true : word === 'false' ? false : null)
export const headerWord = (header: boolean | null | undefined): HeaderWord => (header === true ? 'true' : header === false ? 'false' : '')

const SHOWN = 24
const BY_POSITION = /^column ([1-9]\d*)$/

/** A column for people: one called by its position, `column 3`, is said in their language too. */
export function columnTitle(name: string, language: Language): string {
  const place = BY_POSITION.exec(name)?.[1]
  return place && language === 'zh' ? `第 ${place} 列（${name}）` : name
}

/** The same to choose from: a column without a name is known by one of its values. */
export function columnChoice(column: FileColumn, language: Language): string {
  const title = columnTitle(column.name, language)
  const value = BY_POSITION.test(column.name) ? column.values[0] : undefined
  return value ? `${title} · ${value.length > SHOWN ? `${value.slice(0, SHOWN)}…` : value}` : title
}
