/**
 * MapLibre style layers of a layer whose provider has said how it is drawn. The services answer the same
 * layers from the same style; test/styles.json holds both to it.
 */

import type { ExpressionSpecification, LayerSpecification } from 'maplibre-gl'

import type { GeometryKind, Layer, Style } from '../api/types'
import { halo } from './colours'
import { firstZoom } from './density'
import { namesSource } from './names'
import { namedOnce } from './themes'

/** A style layer without its source, and on which storey of the map it stands. */
export interface Part {
  id: string
  storey: 'area' | 'line' | 'point' | 'label'
  minzoom: number
  spec: object
}

const LAST_ZOOM = 24
const INK = '#3d464d'
const only = (kind: string): unknown[] => ['==', ['geometry-type'], kind]

/** The colour of a feature, as an expression over its fields. */
export function colourExpression(style: Style): string | ExpressionSpecification {
  const { colouring, colour } = style
  if (colouring.by === 'value') {
    if (!colouring.values.length) return colour
    return ['match', ['to-string', ['get', colouring.field]], ...colouring.values.flatMap((one) => [one.value, one.colour]), colour] as unknown as ExpressionSpecification
  }
  if (colouring.by === 'class') {
    const [first, ...rest] = colouring.classes
    const steps = rest.flatMap((one, k) => [colouring.breaks[k] ?? 0, one.colour])
    return ['case', ['has', colouring.field], ['step', ['to-number', ['get', colouring.field], 0], first?.colour ?? colour, ...steps], colour] as unknown as ExpressionSpecification
  }
  return colour
}

function area(style: Style): Part[] {
  const colour = colourExpression(style)
  const { opacity, outline, width } = style.area
  const fill = { type: 'fill', filter: only('Polygon'), paint: { 'fill-color': colour, 'fill-opacity': opacity * style.opacity } }
  const edge = { type: 'line', filter: only('Polygon'), layout: { 'line-join': 'round' }, paint: { 'line-color': outline ?? colour, 'line-opacity': style.opacity, 'line-width': width } }
  return [{ id: 'fill', storey: 'area', minzoom: 0, spec: fill }, ...(width ? [{ id: 'edge', storey: 'area' as const, minzoom: 0, spec: edge }] : [])]
}

function line(style: Style): Part {
  const paint = { 'line-color': colourExpression(style), 'line-opacity': style.opacity, 'line-width': style.line.width }
  return { id: 'line', storey: 'line', minzoom: 0, spec: { type: 'line', filter: only('LineString'), layout: { 'line-cap': 'round', 'line-join': 'round' }, paint } }
}

function point(style: Style): Part {
  const { radius, outline, width } = style.point
  const paint = {
    'circle-color': colourExpression(style), 'circle-radius': radius, 'circle-opacity': style.opacity,
    'circle-stroke-color': outline, 'circle-stroke-width': width, 'circle-stroke-opacity': style.opacity,
  }
  return { id: 'dot', storey: 'point', minzoom: 0, spec: { type: 'circle', filter: only('Point'), paint } }
}

function label(style: Style, geometry: GeometryKind, font: string[]): Part[] {
  if (!style.label || style.label.from_zoom >= style.zooms.last) return []
  const layout = {
    'text-field': ['to-string', ['coalesce', ['get', style.label.field], '']], 'text-size': style.label.size, 'text-max-width': 7, 'text-padding': 6, 'text-font': font,
    ...(geometry === 'line' ? { 'symbol-placement': 'line' } : {}),
    ...(geometry === 'point' ? { 'text-anchor': 'top', 'text-offset': [0, 0.6], 'text-optional': true } : {}),
  }
  const paint = { 'text-color': INK, 'text-halo-color': halo, 'text-halo-width': 1.4, 'text-opacity': style.opacity }
  return [{ id: 'label', storey: 'label', minzoom: style.label.from_zoom, spec: { type: 'symbol', layout, paint } }]
}

function partsOf(style: Style, geometry: GeometryKind, font: string[]): Part[] {
  const has = (kind: GeometryKind): boolean => geometry === kind || geometry === 'any'
  return [...(has('polygon') ? area(style) : []), ...(has('line') ? [line(style)] : []), ...(has('point') ? [point(style)] : []), ...label(style, geometry, font)]
}

/** The style layers of a layer with a style, each with its storey. */
export function styledLayers(layer: Layer, style: Style, font: string[]): { storey: Part['storey']; layer: LayerSpecification }[] {
  const { slug, geometry } = layer
  const { first, last } = style.zooms
  return partsOf(style, geometry, font).map(({ id, storey, minzoom, spec }) => {
    // a wide area comes in many tiles: its one name is placed by the view, see names.ts
    const gathered = storey === 'label' && namedOnce(layer)
    const source = gathered ? { source: namesSource(slug) } : { source: slug, 'source-layer': slug }
    const from = Math.max(first, minzoom, firstZoom(layer))
    return { storey, layer: { id: `${slug}|${id}`, ...source, minzoom: from, ...(last < LAST_ZOOM ? { maxzoom: last } : {}), ...spec } as LayerSpecification }
  })
}
