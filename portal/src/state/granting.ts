/** A grant's limits: from a form to what is sent, and from what is told to words. */

import type { GrantableLayer, GrantLimits, NewGrant } from '../api/grants'
import { say } from './language'
import { granting as words } from './words'

export const SHOWS = ['whole', 'ends', 'token', 'none'] as const
export type Shows = (typeof SHOWS)[number]
export const RELATIONS = ['=', '<>', '<', '<=', '>', '>=', 'in', 'isNull', 'filled'] as const
export type Relation = (typeof RELATIONS)[number]
export interface Condition { field: string; relation: Relation; value: string }

/** What is typed; text stays text until it is sent. */
export interface Draft {
  allFields: boolean
  shows: Record<string, Shows>
  conditions: Condition[]
  boxed: boolean
  box: [string, string, string, string]
  decimals: string
  from: string
  until: string
}
export const emptyDraft = (): Draft => ({ allFields: true, shows: {}, conditions: [], boxed: false, box: ['', '', '', ''], decimals: '', from: '', until: '' })

type Limits = NonNullable<NewGrant['limits']>
type Json = string | number | boolean

const NUMBERS = ['integer', 'float']

/** A typed value as the field's kind has it; what is no number stays text, and the server says so. */
function valueOf(text: string, kind: string): Json {
  const typed = text.trim()
  if (NUMBERS.includes(kind) && typed !== '' && Number.isFinite(Number(typed)) && String(Number(typed)) === typed) return Number(typed)
  if (kind === 'boolean' && /^(true|false)$/.test(typed)) return typed === 'true'
  return typed
}

function conditionOf({ field, relation, value }: Condition, kind: string): Record<string, unknown> {
  const property = { property: field }
  if (relation === 'isNull') return { op: 'isNull', args: [property] }
  if (relation === 'filled') return { op: 'not', args: [{ op: 'isNull', args: [property] }] }
  if (relation === 'in') return { op: 'in', args: [property, value.split(/[,，、]/).filter((one) => one.trim()).map((one) => valueOf(one, kind))] }
  return { op: relation, args: [property, valueOf(value, kind)] }
}

const whole = (text: string): number | null => (text === '' ? null : Number(text))

/** The limits as they are sent; what is left open sets none. */
export function limitsOf(draft: Draft, layer: GrantableLayer): Limits {
  const kinds = new Map(layer.fields.map((field) => [field.name, field.kind as string]))
  const shown = (name: string): Shows => draft.shows[name] ?? 'whole'
  const named = layer.fields.map((field) => field.name)
  const parts = draft.conditions.filter((one) => kinds.has(one.field)).map((one) => conditionOf(one, kinds.get(one.field) ?? 'text'))
  const [west, south, east, north] = draft.box
  return {
    fields: draft.allFields ? null : named.filter((name) => shown(name) !== 'none'),
    masks: draft.allFields ? {} : Object.fromEntries(named.flatMap((name) => { const how = shown(name); return how === 'ends' || how === 'token' ? [[name, how]] : [] })),
    rows: parts.length > 1 ? { op: 'and', args: parts } : (parts[0] ?? null),
    bbox: draft.boxed ? [Number(west), Number(south), Number(east), Number(north)] : null,
    decimals: whole(draft.decimals),
    min_zoom: whole(draft.from),
    max_zoom: whole(draft.until),
  }
}

interface Node { op: string; args: unknown[] }
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'op' in value && 'args' in value

/** A condition in the reader's words, with the titles of its fields. */
export function conditionWords(rows: unknown, titles: GrantLimits['titles'], inner = false): string {
  if (!isNode(rows)) return ''
  const [first, second] = rows.args
  const told = (of: unknown): string => conditionWords(of, titles, true)
  const field = (): string => { const name = String((first as { property?: unknown } | undefined)?.property ?? ''); return titles[name] ? say(titles[name]) : name }
  if (rows.op === 'and' || rows.op === 'or') {
    const joined = rows.args.map(told).join(say(words[rows.op]))
    return inner && rows.args.length > 1 ? `(${joined})` : joined
  }
  if (rows.op === 'not') return say(words.not, { inner: conditionWords(first, titles) })
  if (rows.op === 'isNull') return say(words.empty, { field: field() })
  if (rows.op === 'in') return say(words.among, { field: field(), values: (Array.isArray(second) ? second : []).map(String).join(say(words.comma)) })
  const signs: Record<string, string> = { '<>': '≠', '<=': '≤', '>=': '≥' }
  return `${field()} ${signs[rows.op] ?? rows.op} ${String(second)}`
}

const MOST_ZOOM = 24
const degrees = (bbox: readonly number[]): string => bbox.map((side) => String(Number(side.toFixed(5)))).join(', ')

/** What a grant limits, a line for each; none when it limits nothing. */
export function limitLines(limits: GrantLimits): string[] {
  const title = (name: string): string => (limits.titles[name] ? say(limits.titles[name]) : name)
  const lines: string[] = []
  if (limits.fields) lines.push(say(words.onlyFields, { names: limits.fields.map(title).join(say(words.comma)) }))
  if (limits.masks.length) lines.push(say(words.onlyMasks, { names: limits.masks.map((one) => say(words.masked, { field: title(one.field), how: say(one.mask.title) })).join(say(words.comma)) }))
  if (limits.rows) lines.push(say(words.onlyRows, { condition: conditionWords(limits.rows, limits.titles) }))
  if (limits.bbox) lines.push(say(limits.whole_box ? words.onlyBox : words.onlyArea, { box: degrees(limits.bbox) }))
  if (limits.decimals !== null) lines.push(say(words.onlyDecimals, { n: limits.decimals }))
  if (limits.min_zoom > 0 || limits.max_zoom < MOST_ZOOM) lines.push(say(words.onlyZooms, { from: limits.min_zoom, until: limits.max_zoom }))
  return lines
}

/** How far apart two places are that the same decimals of a degree tell apart, in metres at the equator. */
export function coarseness(decimals: number): string {
  const metres = 111_320 / 10 ** decimals
  return metres >= 1000 ? `${Math.round(metres / 1000)} km` : metres >= 1 ? `${Math.round(metres)} m` : `${Math.round(metres * 100)} cm`
}
