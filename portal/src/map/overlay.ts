/** What lies on top of the platform's layers: changes, faults, places in question; each may be chosen. */

import type { LayerSpecification } from 'maplibre-gl'

import type { ChangeKind, Severity } from '../api/types'
import { accent, changeColours, halo, severityColours } from './colours'

/** A place with a fault, or one in question; `key` names it to whoever listens. */
export interface Mark {
  lon: number
  lat: number
  tone: Severity | 'guess'
  key?: string
}

export type Overlay = GeoJSON.FeatureCollection<GeoJSON.Geometry, { kind: ChangeKind; key: string }>

/** The layers on which a click chooses. */
export const CHOSEN_ON = ['marks', 'overlay-fill', 'overlay-line', 'overlay-gone', 'overlay-dot']

export function marksOf(marks: Mark[]): GeoJSON.FeatureCollection {
  const features = marks.map((mark) => ({
    type: 'Feature' as const,
    properties: { tone: mark.tone, key: mark.key ?? '' },
    geometry: { type: 'Point' as const, coordinates: [mark.lon, mark.lat] },
  }))
  return { type: 'FeatureCollection', features }
}

/** A change can be told without its colour too: what is added is solid, what goes is dashed. */
export function overlayLayers(): LayerSpecification[] {
  const colour = ['match', ['get', 'kind'], 'added', changeColours.added, 'changed', changeColours.changed, changeColours.removed] as never
  const chosen = ['==', ['get', 'key'], ''] as never
  const joined = { 'line-join': 'round' as const }
  return [
    { id: 'overlay-fill', type: 'fill', source: 'overlay', filter: ['==', ['geometry-type'], 'Polygon'], paint: { 'fill-color': colour, 'fill-opacity': 0.45 } },
    // a dark edge, so that no change is taken for a street of its colour
    { id: 'overlay-edge', type: 'line', source: 'overlay', layout: joined, paint: { 'line-color': '#1c2329', 'line-width': 5, 'line-opacity': 0.55 } },
    { id: 'overlay-line', type: 'line', source: 'overlay', filter: ['!=', ['get', 'kind'], 'removed'], layout: joined, paint: { 'line-color': colour, 'line-width': 2.2 } },
    { id: 'overlay-gone', type: 'line', source: 'overlay', filter: ['==', ['get', 'kind'], 'removed'], layout: joined, paint: { 'line-color': colour, 'line-width': 2.2, 'line-dasharray': [2, 1.2] } },
    {
      id: 'overlay-dot', type: 'circle', source: 'overlay', filter: ['==', ['geometry-type'], 'Point'],
      paint: { 'circle-color': colour, 'circle-radius': 5, 'circle-stroke-color': halo, 'circle-stroke-width': 1.5 },
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
