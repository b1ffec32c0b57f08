import { beforeEach, describe, expect, it } from 'vitest'

import type { GrantableLayer, GrantLimits } from '../src/api/grants'
import { coarseness, conditionWords, emptyDraft, limitLines, limitsOf } from '../src/state/granting'
import { language } from '../src/state/language'

const words = (name: string) => ({ zh: `${name}项`, en: name })
const layer: GrantableLayer = {
  slug: 'buildings', title: words('buildings'), placed: true,
  fields: [
    { name: 'code', title: words('Code'), kind: 'text' }, { name: 'floors', title: words('Floors'), kind: 'integer' },
    { name: 'owner', title: words('Owner'), kind: 'text' }, { name: 'listed', title: words('Listed'), kind: 'boolean' }, { name: 'cost', title: words('Cost'), kind: 'decimal' },
  ],
}
const titles = Object.fromEntries(layer.fields.map((field) => [field.name, field.title]))
const open: GrantLimits = { fields: null, rows: null, bbox: null, whole_box: false, decimals: null, masks: [], min_zoom: 0, max_zoom: 24, titles }

describe('the limits of a grant', () => {
  beforeEach(() => { language.value = 'en' })

  it('are none when nothing is filled in', () => {
    expect(limitsOf(emptyDraft(), layer)).toEqual({ fields: null, masks: {}, rows: null, bbox: null, decimals: null, min_zoom: null, max_zoom: null })
    expect(limitLines(open)).toEqual([])
  })
  it('leave out what is not granted, and mask what is shown in part', () => {
    const sent = limitsOf({ ...emptyDraft(), allFields: false, shows: { owner: 'ends', cost: 'none', listed: 'token' } }, layer)
    expect(sent.fields).toEqual(['code', 'floors', 'owner', 'listed'])
    expect(sent.masks).toEqual({ owner: 'ends', listed: 'token' })
  })
  it('forget masks once all fields are granted again', () => {
    expect(limitsOf({ ...emptyDraft(), shows: { owner: 'ends', cost: 'none' } }, layer)).toMatchObject({ fields: null, masks: {} })
  })
  it('send values as the field has them, and codes with their leading zeros', () => {
    const condition = (field: string, relation: '=' | 'in' | 'filled', value: string): unknown => limitsOf({ ...emptyDraft(), conditions: [{ field, relation, value }] }, layer).rows
    expect(condition('floors', '=', ' 5 ')).toEqual({ op: '=', args: [{ property: 'floors' }, 5] })
    expect(condition('code', '=', '0440305')).toEqual({ op: '=', args: [{ property: 'code' }, '0440305'] })
    expect(condition('listed', '=', 'true')).toEqual({ op: '=', args: [{ property: 'listed' }, true] })
    expect(condition('cost', '=', '12.50')).toEqual({ op: '=', args: [{ property: 'cost' }, '12.50'] })
    expect(condition('floors', '=', 'five')).toEqual({ op: '=', args: [{ property: 'floors' }, 'five'] })
    expect(condition('floors', '=', '9007199254740993')).toEqual({ op: '=', args: [{ property: 'floors' }, '9007199254740993'] })
    expect(condition('code', 'in', '01，02、03,')).toEqual({ op: 'in', args: [{ property: 'code' }, ['01', '02', '03']] })
    expect(condition('code', 'filled', '')).toEqual({ op: 'not', args: [{ op: 'isNull', args: [{ property: 'code' }] }] })
  })
  it('join conditions, and take box, precision and levels as numbers', () => {
    const one = { field: 'floors', relation: '<=' as const, value: '5' }
    const sent = limitsOf({ ...emptyDraft(), conditions: [one, one], boxed: true, box: ['114', '22.5', '114.1', '22.6'], decimals: '0', from: '0', until: '14' }, layer)
    expect(sent).toMatchObject({ rows: { op: 'and' }, bbox: [114, 22.5, 114.1, 22.6], decimals: 0, min_zoom: 0, max_zoom: 14 })
  })
  it('are told in words, with the titles of fields', () => {
    const rows = { op: 'and', args: [{ op: '<=', args: [{ property: 'floors' }, 5] }, { op: 'or', args: [{ op: 'isNull', args: [{ property: 'owner' }] }, { op: 'in', args: [{ property: 'code' }, ['01', '02']] }] }] }
    expect(conditionWords(rows, titles)).toBe('Floors ≤ 5 and (Owner is empty or Code is one of 01, 02)')
    expect(conditionWords({ op: 'not', args: [rows.args[1]] }, titles)).toBe('not (Owner is empty or Code is one of 01, 02)')
    language.value = 'zh'
    expect(conditionWords(rows, titles)).toBe('Floors项 ≤ 5 且 (Owner项 为空 或 Code项 为 01、02 之一)')
  })
  it('each have their line', () => {
    const told: GrantLimits = { ...open, fields: ['code', 'gone'], masks: [{ field: 'owner', mask: { value: 'ends', title: { zh: '首尾', en: 'ends' } } }], bbox: [114, 22.5, 114.123456, 22.6], whole_box: true, decimals: 3, max_zoom: 15 }
    expect(limitLines(told)).toEqual(['Fields: Code, gone', 'In part: Owner (ends)', 'Box: 114, 22.5, 114.12346, 22.6', 'Coordinates to 3 decimals', 'Tiles of levels 0–15'])
    expect(limitLines({ ...told, whole_box: false })[2]).toContain('within')
  })
  it('say how coarse decimals are', () => {
    expect([0, 2, 3, 4, 5].map(coarseness)).toEqual(['111 km', '1 km', '111 m', '11 m', '1 m'])
  })
})
