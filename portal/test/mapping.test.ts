import { describe, expect, it } from 'vitest'

import type { Field, FileColumns, MappingValue } from '../src/api/types'
import { columnChoice, columnTitle, headerOf, headerWord } from '../src/state/header'
import { columnOf, CONSTANT, draftOf, fromColumn, lacking, likelyCode, mappingOf, propose, strange, unused } from '../src/state/mapping'
import { free } from './fields'

const field = (name: string, given: Partial<Field> = {}): Field => ({ name, title: { zh: name, en: name }, ...free, ...given })
const code = field('code', { title: { zh: '编号', en: 'Code' } })
const state = field('state', { required: true, codes: [{ value: '1', title: { zh: '完好', en: 'good' } }, { value: '2', title: { zh: '损坏', en: 'broken' } }] })
const district = field('district')
const file: FileColumns = {
  delivery: 'd', file_name: 'f.csv', format: 'CSV', layer: 'f', placed: true, places: ['经度', '纬度'],
  columns: [
    { name: '编号', sort: 'text', values: ['001'] }, { name: 'STATE', sort: 'text', values: ['完好', '1', '不明'] },
    { name: '备注', sort: 'text', values: [] }, { name: '经度', sort: 'text', values: [] }, { name: '纬度', sort: 'text', values: [] },
  ],
}
const said = { columns: { code: '编号' }, constants: { district: '440305' }, codes: { state: { 完好: '1' } }, source_layer: null, encoding: 'GBK', x: null, y: null, shape: null, header: false }
const value: MappingValue = { number: 3, ...said }

describe('a mapping as it is drawn up', () => {
  it('comes back as it went', () => expect(mappingOf(draftOf(value))).toEqual(said))
  it('leaves out what says nothing', () => {
    const draft = { ...draftOf(value), codes: { state: { 完好: '' } }, x: '经度', constants: {}, encoding: ' ' }
    expect(mappingOf(draft)).toEqual({ ...said, constants: {}, codes: {}, encoding: null, x: null })
  })
  it('keeps whether there is a header, or that nothing is said of it', () => {
    for (const header of [true, false, null]) expect(mappingOf(draftOf({ ...value, header })).header).toBe(header)
    expect([headerOf(''), headerOf('true'), headerOf('false'), headerOf('no')]).toEqual([null, true, false, null])
    expect([headerWord(null), headerWord(undefined), headerWord(true), headerWord(false)]).toEqual(['', '', 'true', 'false'])
  })
  it('says a column without a name by its place in both languages', () => {
    expect([columnTitle('column 3', 'zh'), columnTitle('column 3', 'en')]).toEqual(['第 3 列（column 3）', 'column 3'])
    const column = (name: string, ...values: string[]) => ({ name, sort: 'text', values })
    expect(columnChoice(column('column 3', 'L1', 'L2'), 'zh')).toBe('第 3 列（column 3） · L1')
    expect(columnChoice(column('column 3', '长'.repeat(30)), 'en')).toBe(`column 3 · ${'长'.repeat(24)}…`)
    expect([columnChoice(column('column 3'), 'en'), columnChoice(column('编号', '1'), 'zh')]).toEqual(['column 3', '编号'])
    expect([columnTitle('column 03', 'zh'), columnTitle('编号', 'zh')]).toEqual(['column 03', '编号'])
  })
  it('takes a column by name whatever its case, unless another field has it', () => {
    const draft = draftOf(value)
    expect(columnOf(state, draft, file.columns)?.name).toBe('STATE')
    expect(columnOf(state, { ...draft, sources: { other: fromColumn('STATE') } }, file.columns)).toBeNull()
    expect(columnOf(district, draft, file.columns)).toBeNull()
    expect(lacking(state, { ...draft, sources: { state: fromColumn('没有') } }, file.columns, null)).toBe(true)
    expect(lacking(state, { ...draft, sources: { state: CONSTANT }, constants: { state: '1' } }, file.columns, null)).toBe(false)
    expect(lacking(code, { ...draft, sources: {} }, file.columns, 'code')).toBe(true)
  })
  it('tells what is left over, and which values are no codes', () => {
    const draft = draftOf(value)
    expect(unused([code, state, district], draft, file)).toEqual(['备注'])
    expect(strange(state, draft, columnOf(state, draft, file.columns))).toEqual(['完好', '不明'])
    expect([likelyCode(state, ' GOOD'), likelyCode(state, '损坏'), likelyCode(state, '不明')]).toEqual(['1', '2', ''])
  })
  it('proposes columns by the titles of fields', () => {
    expect(propose([code, state, district], { ...draftOf(value), sources: {} }, file.columns)).toEqual({ code: fromColumn('编号') })
  })
})
