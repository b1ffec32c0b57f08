/**
 * What a layer is, told from its slug and title, so that the city's fabric looks like a map and not
 * like raw features. A layer of no known theme is drawn in its own distinct colour.
 */

import type { Field, GeometryKind, Layer } from '../api/types'
import type { Language } from '../state/language'

/** `file`: where a file lies that is held whole, not what is in it. */
export type Theme = 'file' | 'water' | 'green' | 'division' | 'subdivision' | 'parcel' | 'street' | 'building' | 'address' | 'poi' | 'plain'

interface Known {
  theme: Theme
  geometries: GeometryKind[]
  slug: RegExp
  title: RegExp
}

/** The first that fits wins; a point layer about water works is not water. */
const known: Known[] = [
  { theme: 'building', geometries: ['polygon', 'any'], slug: /building|footprint/, title: /建筑|楼栋|房屋/ },
  { theme: 'subdivision', geometries: ['polygon', 'any'], slug: /street-?office|sub-?district|township|communit|neighbou?rhood/, title: /街道$|街道办|乡镇|社区|居委/ },
  { theme: 'street', geometries: ['line', 'any'], slug: /street|road|highway/, title: /道路|街道|路网|公路/ },
  { theme: 'address', geometries: ['point', 'any'], slug: /address|house-?number|door/, title: /地址|门牌|门址/ },
  { theme: 'poi', geometries: ['point', 'any'], slug: /(^|-)pois?($|-)|points?-of-interest/, title: /兴趣点/ },
  { theme: 'division', geometries: ['polygon', 'any'], slug: /district|division|boundar|admin/, title: /区划|行政区|边界|^区$/ },
  { theme: 'parcel', geometries: ['polygon', 'any'], slug: /parcel|cadast|landuse|land-use/, title: /宗地|地块|用地/ },
  { theme: 'water', geometries: ['polygon', 'any'], slug: /water|river|lake|(^|-)sea($|-)/, title: /水域|水系|河流|湖泊|水库|海域/ },
  { theme: 'green', geometries: ['polygon', 'any'], slug: /green|park(?!ing)|forest/, title: /绿地|公园|林地/ },
]

export function themeOf(layer: Pick<Layer, 'slug' | 'title' | 'geometry' | 'holds'>): Theme {
  if (layer.holds.value !== 'features') return 'file'
  const fits = (k: Known): boolean =>
    k.geometries.includes(layer.geometry) && (k.slug.test(layer.slug.toLowerCase()) || k.title.test(layer.title.zh))
  return known.find(fits)?.theme ?? 'plain'
}

/** Areas so few that each deserves one name, however many tiles its polygon comes in. */
export const namedOnce = (layer: Pick<Layer, 'geometry' | 'rows'>): boolean => layer.geometry === 'polygon' && layer.rows <= 5000

const called = (fields: Field[], name: RegExp, kinds: string[]): Field | null =>
  fields.find((field) => kinds.includes(field.kind) && (name.test(field.name) || name.test(field.title.zh))) ?? null

const english = (field: Field): boolean => /_en$/i.test(field.name) || field.title.zh.startsWith('英文')

/** The fields whose text names a feature, the best for the language first; `both` has the foreign name in Chinese too. */
export function nameFields(fields: Field[], language: Language, both = false): Field[] {
  const own = called(fields.filter((field) => !english(field)), /^name(_zh)?$|^title$|_name$|名称$|^名$|站名/i, ['text'])
  const foreign = called(fields.filter(english), /name|名称/i, ['text'])
  return (language === 'en' ? [foreign, own] : both ? [own, foreign] : [own]).filter((field) => field !== null)
}

/** The field with a house number, for labels of addresses. */
export const numberField = (fields: Field[]): Field | null => called(fields, /^(house_?)?(number|no)$|门牌号/i, ['text', 'integer'])

/** The field that tells what land is used for. */
export const useField = (fields: Field[]): Field | null => called(fields, /^(land_?)?use$|用途|用地/i, ['text', 'integer'])

/** The field that ranks streets. */
export const rankField = (fields: Field[]): Field | null => called(fields, /class|grade|rank|等级/i, ['text', 'integer'])

/** The field that says how tall a building is, in metres or in floors. */
export const heightField = (fields: Field[]): Field | null =>
  called(fields, /^(building_?)?height(_m)?$|建筑高度|^高度$/i, ['integer', 'decimal', 'float']) ??
  called(fields, /^(floors|storeys|levels)$|层数/i, ['integer', 'decimal', 'float'])
