/** How each theme is drawn: MapLibre style layers, and the swatch that stands for them in the legend. */

import type { ExpressionSpecification, LayerSpecification } from 'maplibre-gl'

import type { Layer, Style } from '../api/types'
import type { Language } from '../state/language'
import { accent, assignColours, halo } from './colours'
import { firstZoom } from './density'
import { namesSource } from './names'
import { styledLayers } from './styled'
import { heightField, namedOnce, nameFields, numberField, rankField, themeOf, type Theme } from './themes'

export interface Swatch {
  shape: 'area' | 'line' | 'dot'
  fill: string
  edge: string
  dashed: boolean
  /** How much of the fill covers what lies below. */
  cover: number
  /** The first colours, where a layer has several. */
  several: string[]
  /** Stops of a ramp, with the field they stand for. */
  ramp: { colours: string[]; values: number[]; title: Layer['title']; unit: string | null } | null
}

/** Drawing order over all layers of a map, from the ground up. */
export type Storey = 'area' | 'line' | 'point' | 'label'

export interface Symbol {
  storey: Storey
  rank: number
  layer: LayerSpecification
}

type Zoomed = ExpressionSpecification

const REGULAR = ['PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Source Han Sans SC']
const MEDIUM = ['PingFang SC Medium', ...REGULAR]
const HEIGHTS = { colours: ['#f0ebe1', '#e2d9ca', '#cfc1ad', '#b09d86', '#877562'], metres: [0, 20, 50, 100, 200], floors: [1, 6, 15, 30, 60] }
const MANY = 200
const ranks: Record<Theme, number> = { division: 0, subdivision: 1, parcel: 2, green: 3, water: 4, plain: 5, street: 6, building: 7, address: 8, poi: 9, file: 10 }
const tones: Partial<Record<Theme, [fill: string, edge: string]>> = {
  division: ['#fbfaf7', '#8b929a'], subdivision: ['#fbfaf7', '#b4bac0'], green: ['#d7e6cf', '#a9c49c'], water: ['#c7deeb', '#86b4d0'],
  parcel: ['#f1ebdd', '#c2b393'], building: ['#e2d9ca', '#b7a994'], street: ['#ffffff', '#b9b2a4'], address: ['#ffffff', '#7a4b2a'],
  poi: ['#4f6f8f', '#3b566f'],
}

const byZoom = (...stops: number[]): Zoomed => ['interpolate', ['exponential', 1.6], ['zoom'], ...stops] as Zoomed

function ramp(layer: Layer): Swatch['ramp'] {
  const field = themeOf(layer) === 'building' ? heightField(layer.fields) : null
  if (!field) return null
  const values = /floor|storey|level|层/i.test(field.name + field.title.zh) ? HEIGHTS.floors : HEIGHTS.metres
  return { colours: HEIGHTS.colours, values, title: field.title, unit: field.unit }
}

function rampColour(layer: Layer, plain: string): string | Zoomed {
  const steps = ramp(layer)
  const field = heightField(layer.fields)
  if (!steps || !field) return plain
  const stops = steps.values.flatMap((value, k) => [value, steps.colours[k] ?? plain])
  return ['interpolate', ['linear'], ['to-number', ['get', field.name], 0], ...stops] as Zoomed
}

/** Expressways 3, main roads 2, secondary 1, others 0. */
const grades: [RegExp, number][] = [
  [/motorway|expressway|trunk|freeway|高速|快速/i, 3],
  [/primary|main|arterial|主干/i, 2],
  [/secondary|tertiary|collector|次干/i, 1],
]
const PLAIN_WORDS = ['motorway', 'expressway', 'trunk', '高速公路', '快速路', 'primary', 'main', '主干路', '主干道', 'secondary', 'tertiary', '次干路', '次干道']
const gradeOf = (words: string): number => grades.find(([pattern]) => pattern.test(words))?.[1] ?? 0

/** The rank of a street from its field's code list, or from the words that road tables use. */
function streetRank(layer: Layer): Zoomed | number {
  const field = rankField(layer.fields)
  if (!field) return 0
  const listed = field.codes.map((code): [string, number] => [code.value, gradeOf(`${code.title.zh} ${code.title.en} ${code.value}`)])
  const pairs = (listed.length ? listed : PLAIN_WORDS.map((word): [string, number] => [word, gradeOf(word)])).filter(([, rank]) => rank)
  if (!pairs.length) return 0
  return ['match', ['to-string', ['get', field.name]], ...pairs.flat(), 0] as unknown as Zoomed
}

/** `casing` is the share of the dark edge that shows beyond the street: 0 for the street itself. */
const streetWidth = (rank: Zoomed | number, casing: 0 | 1): Zoomed => {
  const at = (base: number, step: number, edge: number): unknown => ['+', base + casing * edge, ['*', step, rank]]
  return ['interpolate', ['exponential', 1.6], ['zoom'], 9, at(0.15, 0.35, 0), 11, at(0.25, 0.6, 0.3), 13, at(1.1, 0.9, 1.1), 16, at(5, 3, 1.4), 19, at(22, 9, 1.6)] as unknown as Zoomed
}

/** Makes the style layers of one layer; `slug` is the source and the layer's name in the tiles. */
class Drawing {
  readonly symbols: Symbol[] = []
  private readonly theme: Theme

  constructor(private readonly subject: Layer, private readonly tone: [string, string], private readonly language: Language) {
    this.theme = themeOf(subject)
  }

  add(part: string, storey: Storey, spec: object, minzoom = 0): void {
    const { slug } = this.subject
    const first = Math.max(minzoom, firstZoom(this.subject))
    // a wide area comes in many tiles: its one name is placed by the view, see names.ts
    const gathered = storey === 'label' && namedOnce(this.subject)
    const source = gathered ? { source: namesSource(slug) } : { source: slug, 'source-layer': slug }
    const layer = { id: `${slug}|${part}`, ...source, minzoom: first, ...spec } as LayerSpecification
    this.symbols.push({ storey, rank: ranks[this.theme], layer })
  }

  area(): void {
    const filter = ['==', ['geometry-type'], 'Polygon']
    const [fill, edge] = this.tone
    // what lies within a division stays open to a click, but does not cover it
    const soft = this.theme === 'subdivision' ? 0 : this.theme === 'plain' ? 0.28 : 1
    if (this.theme !== 'file') this.add('fill', 'area', { type: 'fill', filter, paint: { 'fill-color': rampColour(this.subject, fill), 'fill-opacity': soft } })
    const division = this.theme === 'division'
    const bound = division || this.theme === 'subdivision' || this.theme === 'file'
    const paint = {
      'line-color': edge, 'line-opacity': division ? 0.9 : 0.85,
      'line-width': bound ? byZoom(9, division ? 0.9 : 0.5, 14, division ? 1.8 : 1.1) : byZoom(12, 0.3, 16, 0.9, 19, 1.4),
      ...(division ? { 'line-dasharray': [5, 2.5, 1, 2.5] } : bound ? { 'line-dasharray': [3, 2] } : {}),
    }
    this.add('edge', bound ? 'line' : 'area', { type: 'line', filter, paint, layout: { 'line-join': 'round' } }, bound || this.theme === 'plain' ? 0 : 11)
  }

  street(): void {
    const filter = ['==', ['geometry-type'], 'LineString']
    const layout = { 'line-cap': 'round', 'line-join': 'round', 'line-sort-key': streetRank(this.subject) }
    const rank = streetRank(this.subject)
    const [core, casing] = this.tone
    this.add('casing', 'line', { type: 'line', filter, layout, paint: { 'line-color': casing, 'line-width': streetWidth(rank, 1), 'line-opacity': 1 } })
    const colour = typeof rank === 'number' ? core : ['match', rank, 3, '#f7d79b', 2, '#fbe9c0', core]
    this.add('core', 'line', { type: 'line', filter, layout, paint: { 'line-color': colour, 'line-width': streetWidth(rank, 0), 'line-opacity': 1 } }, 7)
  }

  line(): void {
    const filter = ['==', ['geometry-type'], 'LineString']
    const layout = { 'line-cap': 'round', 'line-join': 'round' }
    this.add('line', 'line', { type: 'line', filter, layout, paint: { 'line-color': this.tone[1], 'line-width': byZoom(9, 1, 14, 2, 18, 4), 'line-opacity': 0.9 } })
  }

  point(): void {
    const filter = ['==', ['geometry-type'], 'Point']
    const address = this.theme === 'address'
    const small = address || this.theme === 'poi'
    const radius = this.theme === 'file' ? byZoom(9, 3.5, 13, 6, 17, 8) : small ? byZoom(14, 1, 16, 2, 18, 3.2) : byZoom(9, 2, 13, 3.5, 17, 6)
    const paint = {
      'circle-color': address ? this.tone[1] : this.tone[0], 'circle-radius': radius, 'circle-opacity': 0.9,
      'circle-stroke-color': halo, 'circle-stroke-width': byZoom(11, 0.2, 15, small ? 0.6 : 1.2), 'circle-stroke-opacity': 0.9,
    }
    this.add('dot', 'point', { type: 'circle', filter, paint }, this.theme === 'poi' ? 15 : address ? 16 : 0)
  }

  label(): void {
    const { fields } = this.subject
    const number = this.theme === 'address' ? numberField(fields) : null
    const named = number ? [number] : nameFields(fields, this.language)
    if (!named.length) return
    const text = ['to-string', ['coalesce', ...named.map((field) => ['get', field.name]), '']]
    const paint = { 'text-color': '#3d464d', 'text-halo-color': halo, 'text-halo-width': 1.4, 'text-opacity': 1 }
    this.add('label', 'label', { type: 'symbol', ...(this.theme === 'division' ? { maxzoom: 16 } : {}), layout: { 'text-field': text, ...this.labelLayout() }, paint: { ...paint, ...this.labelPaint() } }, this.labelZoom())
  }

  private labelLayout(): object {
    const common = { 'text-font': REGULAR, 'text-padding': 6, 'text-max-width': 7 }
    if (this.theme === 'division') return { ...common, 'text-font': MEDIUM, 'text-size': byZoom(9, 12, 14, 18), 'text-letter-spacing': this.language === 'zh' ? 0.2 : 0.08 }
    if (this.theme === 'subdivision') return { ...common, 'text-size': byZoom(11, 10.5, 15, 13), 'text-letter-spacing': 0.1 }
    if (this.theme === 'street') return { ...common, 'symbol-placement': 'line', 'text-size': byZoom(13, 10.5, 17, 14), 'symbol-spacing': 360, 'text-letter-spacing': 0.08 }
    if (this.subject.geometry === 'line') return { ...common, 'symbol-placement': 'line', 'text-size': 12 }
    if (this.subject.geometry === 'point') return { ...common, 'text-size': 11.5, 'text-anchor': 'top', 'text-offset': [0, 0.6], 'text-optional': true }
    return { ...common, 'text-size': byZoom(15, 10.5, 18, 13) }
  }

  private labelPaint(): object {
    if (this.theme === 'division') return { 'text-color': '#59636c' }
    if (this.theme === 'subdivision') return { 'text-color': '#7b858d' }
    if (this.theme === 'address') return { 'text-color': '#7a4b2a' }
    if (this.theme === 'poi') return { 'text-color': '#3b566f' }
    if (this.theme === 'water') return { 'text-color': '#3f779b' }
    if (this.theme === 'green') return { 'text-color': '#55774a' }
    if (this.theme === 'file' || (this.theme === 'plain' && this.subject.geometry !== 'polygon')) return { 'text-color': this.tone[1] }
    return {}
  }

  private labelZoom(): number {
    const first: Record<Theme, number> = { division: 8, subdivision: 11, green: 13, water: 12, parcel: 16, plain: 14, street: 13, building: 16.2, address: 17.2, poi: 16.4, file: 14 }
    // communities are many: named later than the street offices they belong to
    return this.theme === 'subdivision' && this.subject.rows > MANY ? first.subdivision + 3 : first[this.theme]
  }
}

const toneOf = (layer: Layer, colour: string): [string, string] => tones[themeOf(layer)] ?? [colour, colour]

/** The colour of a layer that has no tones of its own, told apart from the others of the same map. */
export function colourOf(layer: Layer, among: Layer[]): string {
  const bare = among.filter((one) => one.geometry !== 'none' && !tones[themeOf(one)])
  return assignColours(bare.map((one) => one.slug)).get(layer.slug) ?? accent
}

/** The style layers of one layer, unsorted. */
export function symbolsOf(layer: Layer, colour: string, language: Language = 'zh'): Symbol[] {
  const drawing = new Drawing(layer, toneOf(layer, colour), language)
  const { geometry, style } = layer
  if (geometry === 'none') return []
  if (style) return styledLayers(layer, style, REGULAR).map((one) => ({ ...one, rank: ranks[themeOf(layer)] }))
  if (geometry === 'polygon' || geometry === 'any') drawing.area()
  if (geometry === 'line' || geometry === 'any') {
    if (themeOf(layer) === 'street') drawing.street()
    else drawing.line()
  }
  if (geometry === 'point' || geometry === 'any') drawing.point()
  drawing.label()
  return drawing.symbols
}

/** Ground first: areas, lines, points, names; within each, by theme. */
export function sorted(symbols: Symbol[]): LayerSpecification[] {
  const storeys: Storey[] = ['area', 'line', 'point', 'label']
  // names of wide things come last of all, so that they win their place
  const rank = (s: Symbol): number => (s.storey === 'label' ? -s.rank : s.rank)
  return [...symbols].sort((a, b) => storeys.indexOf(a.storey) - storeys.indexOf(b.storey) || rank(a) - rank(b)).map((s) => s.layer)
}

/** The zoom from which anything of a layer is drawn. */
export function visibleFrom(layer: Layer): number {
  const zooms = symbolsOf(layer, accent).filter((s) => s.storey !== 'label').map((s) => s.layer.minzoom ?? 0)
  return zooms.length ? Math.min(...zooms) : 0
}

function styledSwatch(style: Style, shape: Swatch['shape']): Swatch {
  const { colouring, colour } = style
  const colours = colouring.by === 'value' ? colouring.values : colouring.by === 'class' ? colouring.classes : []
  // of many classes the ends and the middle
  const some = colours.length > 3 ? [0, Math.floor(colours.length / 2), colours.length - 1].map((k) => colours[k]) : colours
  const several = some.flatMap((one) => (one ? [one.colour] : []))
  const edge = shape === 'area' ? (style.area.outline ?? colour) : colour
  return { shape, fill: colour, edge, dashed: false, cover: Math.max(style.area.opacity, 0.1), several: several.length > 1 ? several : [], ramp: null }
}

export function swatchOf(layer: Layer, colour: string): Swatch {
  const shape = layer.geometry === 'point' ? 'dot' : layer.geometry === 'line' ? 'line' : 'area'
  if (layer.style) return styledSwatch(layer.style, shape)
  const [fill, edge] = toneOf(layer, colour)
  const theme = themeOf(layer)
  const dashed = theme === 'division' || theme === 'subdivision' || (theme === 'file' && shape === 'area')
  return { cover: fill === edge ? 0.3 : 1, several: [], shape, fill: theme === 'address' ? edge : dashed && theme === 'file' ? halo : fill, edge, dashed, ramp: ramp(layer) }
}
