/** What lies on top of the platform's layers: changes, faults, places in question; each may be chosen. */

import type { LayerSpecification } from 'maplibre-gl'

import type { ChangeKind, Severity } from '../api/types'
import { accent, changeColours, halo, repairColours, severityColours } from './colours'
import { boxOf } from './shapes'

/** A place with a fault, or one in question; `key` names it to whoever listens. */
export interface Mark {
  lon: number
  lat: number
  tone: Severity | 'guess'
  key?: string
}

/** Of a repair: what was sent, or what is proposed in its place. */
export type Side = keyof typeof repairColours

export type Overlay = GeoJSON.FeatureCollection<GeoJSON.Geometry, { kind: ChangeKind | Side; key: string }>

/** The layers on which a click chooses. */
export const CHOSEN_ON = ['marks', 'overlay-fill', 'overlay-line', 'overlay-gone', 'overlay-dot', 'overlay-far']

export function marksOf(marks: Mark[]): GeoJSON.FeatureCollection {
  const features = marks.map((mark) => ({
    type: 'Feature' as const,
    properties: { tone: mark.tone, key: mark.key ?? '' },
    geometry: { type: 'Point' as const, coordinates: [mark.lon, mark.lat] },
  }))
  return { type: 'FeatureCollection', features }
}

const SMALL = 0.005 // degrees: half a kilometre, 30 pixels where the dots end

/** The same, and in the middle of each small shape a dot for far out, where the shape is less than a pixel. */
export function dotted(overlay: Overlay): GeoJSON.FeatureCollection {
  const dots = overlay.features.flatMap(({ geometry, properties }) => {
    const box = geometry.type === 'Point' ? null : boxOf(geometry)
    if (!box || Math.max(box[2] - box[0], box[3] - box[1]) > SMALL) return []
    const coordinates = [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2]
    return [{ type: 'Feature' as const, properties: { ...properties, far: true }, geometry: { type: 'Point' as const, coordinates } }]
  })
  return { type: 'FeatureCollection', features: [...overlay.features, ...dots] }
}

/** A change can be told without its colour too: what is added is solid, what goes is dashed. */
export function overlayLayers(): LayerSpecification[] {
  const colour = ['match', ['get', 'kind'], 'added', changeColours.added, 'changed', changeColours.changed, 'delivered', repairColours.delivered, 'proposed', repairColours.proposed, changeColours.removed] as never
  const dashed = ['in', ['get', 'kind'], ['literal', ['removed', 'delivered']]] as never
  const chosen = ['==', ['get', 'key'], ''] as never
  const joined = { 'line-join': 'round' as const }
  return [
    { id: 'overlay-fill', type: 'fill', source: 'overlay', filter: ['==', ['geometry-type'], 'Polygon'], paint: { 'fill-color': colour, 'fill-opacity': 0.45 } },
    // a dark edge, so that no change is taken for a street of its colour
    { id: 'overlay-edge', type: 'line', source: 'overlay', layout: joined, paint: { 'line-color': '#1c2329', 'line-width': 5, 'line-opacity': 0.55 } },
    { id: 'overlay-line', type: 'line', source: 'overlay', filter: ['!', dashed] as never, layout: joined, paint: { 'line-color': colour, 'line-width': 2.2 } },
    { id: 'overlay-gone', type: 'line', source: 'overlay', filter: dashed, layout: joined, paint: { 'line-color': colour, 'line-width': 2.2, 'line-dasharray': [2, 1.2] } },
    {
      id: 'overlay-dot', type: 'circle', source: 'overlay', filter: ['all', ['==', ['geometry-type'], 'Point'], ['!', ['has', 'far']]],
      paint: { 'circle-color': colour, 'circle-radius': 5, 'circle-stroke-color': halo, 'circle-stroke-width': 1.5 },
    },
    {
      id: 'overlay-far', type: 'circle', source: 'overlay', maxzoom: 15, filter: ['has', 'far'],
      paint: {
        'circle-color': colour, 'circle-stroke-color': halo, 'circle-stroke-width': 1,
        'circle-radius': ['interpolate', ['linear'], ['zoom'], 9, 4, 15, 5],
        'circle-opacity': ['interpolate', ['linear'], ['zoom'], 14, 1, 15, 0], 'circle-stroke-opacity': ['interpolate', ['linear'], ['zoom'], 14, 1, 15, 0],
      },
    },
    { id: 'overlay-chosen', type: 'line', source: 'overlay', filter: chosen, layout: joined, paint: { 'line-color': accent, 'line-width': 4 } },
    { id: 'marks-chosen', type: 'circle', source: 'marks', filter: chosen, paint: { 'circle-color': accent, 'circle-opacity': 0.25, 'circle-radius': 15, 'circle-stroke-color': accent, 'circle-stroke-width': 2.5 } },
    {
      id: 'marks', type: 'circle', source: 'marks',
      paint: {
        'circle-color': ['match', ['get', 'tone'], 'error', severityColours.error, 'warning', severityColours.warning, 'guess', accent, severityColours.notice],
        'circle-radius': ['match', ['get', 'tone'], 'guess', 4.5, 6], 'circle-stroke-color': halo, 'circle-stroke-width': 2,
      },
    },
  ]
}
