import type { Field } from '../src/api/types'

/** A field of text of which nothing is demanded. */
export const free: Omit<Field, 'name' | 'title'> = {
  kind: 'text', required: false, unique: false, codes: [], unit: null,
  minimum: null, maximum: null, pattern: null, check: null, reference: null,
}
