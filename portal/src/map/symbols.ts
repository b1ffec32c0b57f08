/** How each theme is drawn: MapLibre style layers, and the swatch that stands for them in the legend. */

import type { ExpressionSpecification, LayerSpecification } from 'maplibre-gl'

import type { Field, Layer, Style } from '../api/types'
import type { Language } from '../state/language'
import { accent, assignColours, halo } from './colours'
import { firstZoom } from './density'
import { namesSource } from './names'
import { heights, inks, tones, useTints } from './palette'
import { streetColour, streetFilter, streetRank, streetWidth } from './streets'
import { styledLayers } from './styled'
import { heightField, namedOnce, nameFields, numberField, themeOf, useField, type Theme } from './themes'

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
const MANY = 200
const ranks: Record<Theme, number> = { division: 0, subdivision: 1, parcel: 2, green: 3, water: 4, plain: 5, street: 6, building: 7, address: 8, poi: 9, file: 10 }
const byZoom = (...stops: number[]): Zoomed => ['interpolate', ['exponential', 1.6], ['zoom'], ...stops] as Zoomed

/** From nothing to a line that is seen, between two zooms. */
const faint = (from: number, to: number): Zoomed => ['interpolate', ['linear'], ['zoom'], from, 0, to, 0.75] as Zoomed

/** A name with its other-language twin in small below, where the data has both. */
function inBoth(named: Field[], text: unknown): unknown {
  const [first, second] = named
  if (!first || !second) return text
  const value = (field: Field): unknown => ['to-string', ['coalesce', ['get', field.name], '']]
  return ['format', text, {}, ['case', ['all', ['has', first.name], ['has', second.name]], ['concat', '\n', value(second)], ''], { 'font-scale': 0.62 }]
}

function ramp(layer: Layer): Swatch['ramp'] {
  const field = themeOf(layer) === 'building' ? heightField(layer.fields) : null
  if (!field) return null
  const values = /floor|storey|level|层/i.test(field.name + field.title.zh) ? heights.floors : heights.metres
  return { colours: heights.colours, values, title: field.title, unit: field.unit }
}

function rampColour(layer: Layer, plain: string): string | Zoomed {
  const steps = ramp(layer)
  const field = heightField(layer.fields)
  if (!steps || !field) return plain
  const stops = steps.values.flatMap((value, k) => [value, steps.colours[k] ?? plain])
  return ['interpolate', ['linear'], ['to-number', ['get', field.name], 0], ...stops] as Zoomed
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
    const bound = this.theme === 'division' || this.theme === 'subdivision'
    if (this.theme !== 'file') this.add('fill', 'area', { type: 'fill', filter, paint: { 'fill-color': this.areaColour(), 'fill-opacity': this.cover() } }, this.theme === 'building' ? 12 : this.appears())
    const first = this.theme === 'subdivision' ? this.appears() : bound || this.theme === 'plain' || this.theme === 'file' ? 0 : this.theme === 'building' ? 15 : this.theme === 'parcel' ? 14 : 12
    this.add('edge', bound || this.theme === 'file' ? 'line' : 'area', { type: 'line', filter, paint: this.edge(), layout: { 'line-join': 'round' } }, first)
  }

  /** What lies within a division comes when its lines can be told apart, with nothing fetched before. */
  private appears(): number {
    if (this.theme !== 'subdivision') return 0
    return this.subject.rows > MANY ? 13 : 10.5
  }

  /** Buildings by height, land by its use, all else in one colour. */
  private areaColour(): string | Zoomed {
    const [fill] = this.tone
    const field = useField(this.subject.fields)
    const tints = this.theme === 'parcel' ? useTints(field) : []
    if (field && tints.length) return ['match', ['to-string', ['get', field.name]], ...tints.flat(), fill] as unknown as Zoomed
    const shade = rampColour(this.subject, fill)
    // from afar what is built stands in one tone: shades would be noise
    return typeof shade === 'string' ? shade : (['interpolate', ['linear'], ['zoom'], 13, fill, 14.5, shade] as unknown as Zoomed)
  }

  private cover(): number | Zoomed {
    // what lies within a division stays open to a click, but does not cover it
    if (this.theme === 'subdivision') return 0
    if (this.theme === 'building') return byZoom(12, 0.55, 14, 1)
    return this.theme === 'plain' ? 0.28 : 1
  }

  private edge(): object {
    const [, edge] = this.tone
    if (this.theme === 'file') return { 'line-color': '#8b949b', 'line-opacity': 0.6, 'line-width': 0.8, 'line-dasharray': [3, 3] }
    if (this.theme === 'division') return { 'line-color': edge, 'line-opacity': 0.75, 'line-width': byZoom(9, 1.1, 14, 2.2), 'line-dasharray': [5, 2, 1, 2] }
    if (this.theme === 'subdivision') return { 'line-color': edge, 'line-opacity': faint(this.appears() - 1, this.subject.rows > MANY ? 15 : 12), 'line-width': byZoom(11, 0.6, 15, 1.3), 'line-dasharray': [3, 2] }
    return { 'line-color': edge, 'line-opacity': 0.85, 'line-width': byZoom(12, 0.3, 16, 0.9, 19, 1.4) }
  }

  street(): void {
    const rank = streetRank(this.subject)
    const layout = { 'line-cap': 'round', 'line-join': 'round', 'line-sort-key': rank }
    const paint = (of: 'surface' | 'casing'): object => ({ 'line-color': streetColour(rank, of), 'line-width': streetWidth(rank, of === 'casing' ? 1 : 0), 'line-opacity': 1 })
    this.add('casing', 'line', { type: 'line', filter: streetFilter(rank), layout, paint: paint('casing') })
    this.add('core', 'line', { type: 'line', filter: streetFilter(rank), layout, paint: paint('surface') })
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
    this.add('dot', 'point', { type: 'circle', filter, paint }, this.theme === 'poi' ? 15.5 : address ? 17 : 0)
  }

  label(): void {
    const { fields, geometry } = this.subject
    if (this.theme === 'file' && geometry === 'polygon') return
    const number = this.theme === 'address' ? numberField(fields) : null
    const named = number ? [number] : nameFields(fields, this.language, this.theme === 'division')
    if (!named.length) return
    const text = ['to-string', ['coalesce', ...named.map((field) => ['get', field.name]), '']]
    const own = this.theme === 'file' || (this.theme === 'plain' && this.subject.geometry !== 'polygon') ? this.tone[1] : inks[this.theme]
    const paint = { 'text-color': own, 'text-halo-color': halo, 'text-halo-width': 1.6, 'text-halo-blur': 0.4, 'text-opacity': 1 }
    const street = this.theme === 'street' ? { filter: streetFilter(streetRank(this.subject), 2) } : {}
    const end = this.theme === 'division' ? { maxzoom: 14.5 } : this.theme === 'subdivision' ? { maxzoom: this.subject.rows > MANY ? 17.5 : 15.5 } : {}
    const layout = { 'text-field': this.theme === 'division' ? inBoth(named, text) : text, ...this.labelLayout() }
    this.add('label', 'label', { type: 'symbol', ...street, ...end, layout, paint }, this.labelZoom())
  }

  private labelLayout(): object {
    const common = { 'text-font': REGULAR, 'text-padding': 6, 'text-max-width': 7 }
    if (this.theme === 'division') return { ...common, 'text-font': MEDIUM, 'text-size': byZoom(8, 12, 13, 19), 'text-letter-spacing': this.language === 'zh' ? 0.16 : 0.04, 'text-max-width': 10, 'text-padding': 10 }
    if (this.theme === 'subdivision') return { ...common, 'text-size': this.subject.rows > MANY ? byZoom(14, 10.5, 17, 13) : byZoom(11, 11, 15, 14), 'text-letter-spacing': 0.08, 'text-padding': 12 }
    if (this.theme === 'street') return { ...common, 'symbol-placement': 'line', 'text-size': byZoom(12, 10.5, 17, 14), 'symbol-spacing': 340, 'text-letter-spacing': this.language === 'zh' ? 0.12 : 0.02, 'symbol-sort-key': ['-', 0, streetRank(this.subject)], 'text-max-angle': 30, 'text-padding': 4 }
    if (this.subject.geometry === 'line') return { ...common, 'symbol-placement': 'line', 'text-size': 12 }
    if (this.subject.geometry === 'point') return { ...common, 'text-size': 11.5, 'text-anchor': 'top', 'text-offset': [0, 0.6], 'text-optional': true }
    return { ...common, 'text-size': byZoom(15, 10.5, 18, 13) }
  }

  private labelZoom(): number {
    const first: Record<Theme, number> = { division: 8, subdivision: 11, green: 14, water: 10.5, parcel: 18, plain: 14, street: 12, building: 16.5, address: 18, poi: 16.5, file: 15 }
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

/** How high a layer of its theme stands among its like. */
export const standing = (layer: Layer): number => ranks[themeOf(layer)]

/** The layer to which a style layer belongs. */
export const slugOf = (id: string): string => id.split('|')[0] ?? id

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
  return { cover: fill === edge ? 0.3 : 1, several: [], shape, fill: theme === 'address' ? edge : dashed && theme === 'file' ? halo : fill, edge: dashed && theme === 'file' ? '#8b949b' : edge, dashed, ramp: ramp(layer) }
}
