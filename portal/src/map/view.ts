/** One map on a page: the platform's layers over a net of degrees, nothing fetched from elsewhere. */

import type { GeoJSONSource, LayerSpecification, LngLatBoundsLike, Map as Engine, MapMouseEvent, StyleSpecification } from 'maplibre-gl'

import { tileAddress } from '../api/ogc'
import type { Bbox, Layer } from '../api/types'
import type { Language } from '../state/language'
import { accent, halo, paper } from './colours'
import { graticule, stepFor } from './graticule'
import { mapLibrary } from './library'
import { namesSource, placeNames } from './names'
import { CHOSEN_ON, dotted, marksOf, overlayLayers, type Mark, type Overlay } from './overlay'
import { boxOf } from './shapes'
import type { Place } from './measures'
import { opacityTimes, OPACITIES } from './opacity'
import { stacked } from './order'
import { SKETCH, sketchLayers } from './sketch'
import { colourOf, symbolsOf, type Symbol } from './symbols'
import { namedOnce } from './themes'

export interface Hit {
  slug: string
  fid: string
}

export interface Camera {
  lon: number
  lat: number
  zoom: number
}

export interface Listener {
  moved: () => void
  settled: () => void
  pointed: (lon: number, lat: number) => void
  asked: (hits: Hit[], lon: number, lat: number) => void
  /** A mark or a change was clicked. */
  chosen: (key: string) => void
  trouble: (detail: string) => void
}

export interface Opening {
  layers: Layer[]
  /** The slugs from the top down, where the reader has put them in an order of their own. */
  order: string[] | null
  camera: Camera | null
  bbox: Bbox | null
  marks: Mark[]
  overlay: Overlay | null
  /** The zoom from which something of the asked layers is drawn. */
  nearest: number
  /** A place where there is something to see, should only a part of the asked layers be shown. */
  somewhere: (() => Promise<Place | null>) | null
  /** In which language names stand on the map, where the data has both. */
  language: Language
  /** What the map is called to those who do not see it. */
  label: string
  /** A small preview leaves the page's scroll wheel alone. */
  quiet: boolean
}

/** So many zooms closer than where a layer begins to be drawn its features can be told apart. */
const CLOSER = 2.5
/** What is shown where no place is asked for and no layer lies anywhere. */
const CHINA: Bbox = [73, 18, 135, 54]
const EMPTY: GeoJSON.FeatureCollection = { type: 'FeatureCollection', features: [] }

const drawnBy = (opening: Opening): Symbol[] =>
  opening.layers.filter((layer) => layer.geometry !== 'none').flatMap((layer) => symbolsOf(layer, colourOf(layer, opening.layers), opening.language))

function styleOf(opening: Opening): StyleSpecification {
  const drawn = opening.layers.filter((layer) => layer.geometry !== 'none')
  const tiles = drawn.map((layer) => [
    layer.slug,
    {
      type: 'vector' as const, tiles: [location.origin + tileAddress(layer.slug)], minzoom: 0, maxzoom: 16,
      ...(layer.bbox ? { bounds: layer.bbox } : {}),
    },
  ])
  const picked = { source: 'picked', layout: { 'line-join': 'round' as const, 'line-cap': 'round' as const } }
  return {
    version: 8,
    sources: {
      graticule: { type: 'geojson', data: EMPTY },
      picked: { type: 'geojson', data: EMPTY },
      overlay: { type: 'geojson', data: opening.overlay ? dotted(opening.overlay) : EMPTY },
      marks: { type: 'geojson', data: marksOf(opening.marks) },
      [SKETCH]: { type: 'geojson', data: EMPTY },
      ...Object.fromEntries(tiles),
      ...Object.fromEntries(drawn.filter(namedOnce).map((layer) => [namesSource(layer.slug), { type: 'geojson' as const, data: EMPTY }])),
    },
    layers: [
      { id: 'paper', type: 'background', paint: { 'background-color': paper } },
      { id: 'graticule', type: 'line', source: 'graticule', paint: { 'line-color': '#dadedb', 'line-width': 0.7 } },
      ...stacked(drawnBy(opening), opening.order),
      { id: 'picked-fill', type: 'fill', source: 'picked', filter: ['==', ['geometry-type'], 'Polygon'], paint: { 'fill-color': accent, 'fill-opacity': 0.22 } },
      { id: 'picked-halo', type: 'line', ...picked, paint: { 'line-color': halo, 'line-width': 6, 'line-opacity': 0.9 } },
      { id: 'picked-line', type: 'line', ...picked, paint: { 'line-color': accent, 'line-width': 2.5 } },
      {
        id: 'picked-dot', type: 'circle', source: 'picked', filter: ['==', ['geometry-type'], 'Point'],
        paint: { 'circle-color': accent, 'circle-radius': 7, 'circle-stroke-color': halo, 'circle-stroke-width': 2.5 },
      },
      ...overlayLayers(),
      ...sketchLayers(),
    ],
  }
}

/** Takes the places of what is drawn; with `dragged` a box may be drawn in one stroke, and the map stays. */
export interface Taker {
  placed: (place: Place) => void
  ahead: (place: Place) => void
  ended: () => void
  dragged: ((from: Place, to: Place) => void) | null
}

/** A stroke shorter than this, in pixels, is a click. */
const STROKE = 3

export class View {
  private taker: Taker | null = null
  private readonly base = new Map<string, unknown>()
  private readonly names = new Map<string, Map<string, GeoJSON.Feature>>()

  private constructor(private readonly engine: Engine, private readonly opening: Opening, private readonly listener: Listener) {
    engine.getStyle().layers.forEach((layer) => this.noteOpacities(layer))
    this.listen()
    this.drawNet()
  }

  /** Keeps what the opacities of a style layer are when the reader turns its layer neither up nor down. */
  private noteOpacities(layer: LayerSpecification): void {
    for (const name of OPACITIES) {
      const value: unknown = (layer.paint as Record<string, unknown> | undefined)?.[name]
      if (value !== undefined) this.base.set(`${layer.id}/${name}`, value)
    }
  }

  /** Opens a map in a box; fails where the browser cannot draw. */
  static async open(box: HTMLElement, opening: Opening, listener: Listener): Promise<View> {
    const { Map: MapClass } = await mapLibrary()
    const { camera, bbox } = opening
    const start = camera
      ? { center: [camera.lon, camera.lat] as [number, number], zoom: camera.zoom }
      : { bounds: (bbox ?? CHINA) as LngLatBoundsLike, fitBoundsOptions: { padding: 32, maxZoom: 17 } }
    const engine = new MapClass({
      container: box, style: styleOf(opening), ...start,
      attributionControl: false, dragRotate: false, pitchWithRotate: false, touchPitch: false, rollEnabled: false,
      maxZoom: 21, locale: { 'Map.Title': opening.label }, fadeDuration: 120, renderWorldCopies: false,
    })
    const loaded = new Promise<void>((resolve) => engine.once('style.load', () => resolve()))
    engine.touchZoomRotate.disableRotation()
    engine.keyboard.disableRotation()
    if (opening.quiet) engine.scrollZoom.disable()
    if (!camera && engine.getZoom() < opening.nearest) {
      const place = (await opening.somewhere?.().catch(() => null)) ?? null
      engine.jumpTo(place ? { center: place, zoom: opening.nearest + CLOSER } : { zoom: opening.nearest })
    }
    await loaded
    return new View(engine, opening, listener)
  }

  private listen(): void {
    const { engine, listener } = this
    engine.on('move', listener.moved)
    engine.on('moveend', () => { this.drawNet(); listener.moved() })
    // as soon as their areas are there, not only after all else is drawn; a view that still moves would place
    // them in what little of an area has come into it
    engine.on('sourcedata', (event) => {
      if (event.isSourceLoaded && !engine.isMoving()) this.drawNames(event.sourceId)
    })
    engine.on('idle', () => { if (!this.drawNames()) listener.settled() })
    engine.on('mousemove', (event: MapMouseEvent) => listener.pointed(event.lngLat.lng, event.lngLat.lat))
    engine.on('click', (event: MapMouseEvent) => this.clicked(event.point.x, event.point.y))
    engine.on('mousemove', (event: MapMouseEvent) => this.taker?.ahead([event.lngLat.lng, event.lngLat.lat]))
    engine.on('dblclick', () => this.taker?.ended())
    engine.on('mousedown', (event: MapMouseEvent) => this.stroke(event))
    engine.on('error', (event) => listener.trouble(event.error.message))
    engine.getCanvas().addEventListener('keydown', (event) => {
      if (event.key !== 'Enter') return
      const { clientWidth, clientHeight } = engine.getContainer()
      this.clicked(clientWidth / 2, clientHeight / 2)
    })
  }

  private clicked(x: number, y: number): void {
    if (!this.taker) return this.ask(x, y)
    const { lng, lat } = this.engine.unproject([x, y])
    this.taker.placed([lng, lat])
  }

  /** From where the button goes down to where it comes up, a box in one stroke. */
  private stroke(start: MapMouseEvent): void {
    const dragged = this.taker?.dragged
    if (!dragged) return
    this.engine.once('mouseup', (end: MapMouseEvent) => {
      if (start.point.dist(end.point) > STROKE) dragged([start.lngLat.lng, start.lngLat.lat], [end.lngLat.lng, end.lngLat.lat])
    })
  }

  /** What is drawn within a fingertip of a pixel, topmost first. */
  private ask(x: number, y: number): void {
    const [top] = this.engine.queryRenderedFeatures([[x - 4, y - 4], [x + 4, y + 4]], { layers: CHOSEN_ON })
    if (top?.properties['key']) return this.listener.chosen(String(top.properties['key']))
    const slugs = new Set(this.opening.layers.map((layer) => layer.slug))
    const ids = this.engine.getStyle().layers.filter((layer) => 'source' in layer && slugs.has(layer.source)).map((layer) => layer.id)
    const found = this.engine.queryRenderedFeatures([[x - 4, y - 4], [x + 4, y + 4]], { layers: ids })
    const hits = new Map<string, Hit>()
    for (const feature of found) {
      if (feature.id !== undefined) hits.set(`${feature.source}/${feature.id}`, { slug: feature.source, fid: String(feature.id) })
    }
    const { lng, lat } = this.engine.unproject([x, y])
    this.listener.asked([...hits.values()], lng, lat)
  }

  private drawNet(): void {
    const bounds = this.engine.getBounds()
    const [w, s, e, n] = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()]
    // half a screen more on each side, so that dragging does not run off the net
    const [dx, dy] = [(e - w) / 2, (n - s) / 2]
    const net = graticule(w - dx, s - dy, e + dx, n + dy, this.step())
    this.engine.getSource<GeoJSONSource>('graticule')?.setData(net)
  }

  /** Places the names of wide areas, of one source or of all; tells whether any of them moved. */
  private drawNames(only?: string): boolean {
    let moved = false
    for (const { slug } of this.opening.layers.filter((layer) => namedOnce(layer) && (only ?? layer.slug) === layer.slug)) {
      const label = this.engine.getLayer(`${slug}|label`)
      if (!label || this.engine.getZoom() < label.minzoom) continue
      const pieces = this.engine.querySourceFeatures(slug, { sourceLayer: slug })
      const before = this.names.get(slug) ?? new Map<string, GeoJSON.Feature>()
      const now = placeNames(pieces, this.bounds(), before)
      if (now.size === before.size && [...now].every(([key, feature]) => before.get(key) === feature)) continue
      this.names.set(slug, now)
      this.engine.getSource<GeoJSONSource>(namesSource(slug))?.setData({ type: 'FeatureCollection', features: [...now.values()] })
      moved = true
    }
    return moved
  }

  /** The net's step in arc-seconds at this zoom. */
  step(): number {
    return stepFor((512 * 2 ** this.engine.getZoom()) / 360)
  }

  camera(): Camera {
    const { lng, lat } = this.engine.getCenter()
    return { lon: lng, lat, zoom: this.engine.getZoom() }
  }

  bounds(): Bbox {
    const b = this.engine.getBounds()
    return [b.getWest(), b.getSouth(), b.getEast(), b.getNorth()]
  }

  /** Of the map on the page, in CSS pixels. */
  size(): { width: number; height: number } {
    const { clientWidth, clientHeight } = this.engine.getContainer()
    return { width: clientWidth, height: clientHeight }
  }

  /** The pixel of a place. */
  pixel(lon: number, lat: number): { x: number; y: number } {
    return this.engine.project([lon, lat])
  }

  /** Shows a layer at an opacity; 0 hides it. */
  setOpacity(slug: string, opacity: number): void {
    for (const layer of this.engine.getStyle().layers) {
      if (!layer.id.startsWith(`${slug}|`)) continue
      this.engine.setLayoutProperty(layer.id, 'visibility', opacity > 0 ? 'visible' : 'none')
      for (const name of OPACITIES) {
        const base = this.base.get(`${layer.id}/${name}`)
        if (base !== undefined) this.engine.setPaintProperty(layer.id, name, opacityTimes(base, opacity) as never)
      }
    }
  }

  /** Lays the layers on one another in this order, the topmost first; null: as their themes have it. */
  reorder(order: string[] | null): void {
    this.opening.order = order
    let above = 'picked-fill'
    for (const { id } of stacked(drawnBy(this.opening), order).reverse()) {
      if (!this.engine.getLayer(id)) continue
      this.engine.moveLayer(id, above)
      above = id
    }
  }

  /** Draws a layer in another style than before. */
  restyle(layer: Layer): void {
    const { engine, opening } = this
    const id = `${layer.slug}|`
    opening.layers = opening.layers.map((one) => (one.slug === layer.slug ? layer : one))
    const all = stacked(drawnBy(opening), opening.order)
    const drawn = new Map(engine.getStyle().layers.map((one) => [one.id, one]))
    for (const old of drawn.keys()) if (old.startsWith(id) && !all.some((one) => one.id === old)) engine.removeLayer(old)
    for (const [k, made] of all.entries()) {
      if (!made.id.startsWith(id)) continue
      const old = drawn.get(made.id)
      if (old?.type === made.type) this.change(old, made)
      else {
        if (old) engine.removeLayer(old.id)
        engine.addLayer(made, all.slice(k + 1).find((above) => engine.getLayer(above.id))?.id ?? 'picked-fill')
      }
      this.noteOpacities(made)
    }
  }

  /** Turns a style layer into another of its sort in place, so that nothing flickers. */
  private change(old: LayerSpecification, made: LayerSpecification): void {
    const differing = (part: 'paint' | 'layout'): [string, unknown][] => {
      const [before, after] = [old[part], made[part]].map((one) => (one ?? {}) as Record<string, unknown>) as [Record<string, unknown>, Record<string, unknown>]
      const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
      return names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name])).map((name) => [name, after[name]])
    }
    for (const [name, value] of differing('paint')) this.engine.setPaintProperty(made.id, name as never, value as never)
    for (const [name, value] of differing('layout')) this.engine.setLayoutProperty(made.id, name as never, value as never)
    if (old.minzoom !== made.minzoom || old.maxzoom !== made.maxzoom) this.engine.setLayerZoomRange(made.id, made.minzoom ?? 0, made.maxzoom ?? 24)
  }

  /** Puts a ring around one geometry, or takes it away; a shape wider than the view is not tinted. */
  setPicked(geometry: GeoJSON.Geometry | null): void {
    const [west, , east] = this.bounds()
    const box = geometry && boxOf(geometry)
    const wide = box !== null && box[2] - box[0] > (east - west) / 2
    this.engine.setPaintProperty('picked-fill', 'fill-opacity', wide ? 0 : 0.22)
    const data: GeoJSON.GeoJSON = geometry ? { type: 'Feature', properties: {}, geometry } : EMPTY
    this.engine.getSource<GeoJSONSource>('picked')?.setData(data)
  }

  setMarks(marks: Mark[]): void {
    this.engine.getSource<GeoJSONSource>('marks')?.setData(marksOf(marks))
  }

  setOverlay(overlay: Overlay | null): void {
    this.engine.getSource<GeoJSONSource>('overlay')?.setData(overlay ? dotted(overlay) : EMPTY)
  }

  /** Puts a ring around the mark, or an edge around the change, of that key. */
  setChosen(key: string | null): void {
    for (const id of ['marks-chosen', 'overlay-chosen']) this.engine.setFilter(id, ['all', ['==', ['get', 'key'], key ?? ''], key !== null])
  }

  setSketch(sketch: GeoJSON.FeatureCollection): void {
    this.engine.getSource<GeoJSONSource>(SKETCH)?.setData(sketch)
  }

  /** While something is drawn, a click or Enter gives a place of it instead of asking what lies there. */
  drawWith(taker: Taker | null): void {
    this.taker = taker
    this.engine.getCanvas().classList.toggle('drawing', taker !== null)
    if (taker) this.engine.doubleClickZoom.disable()
    else this.engine.doubleClickZoom.enable()
    if (taker?.dragged) this.engine.dragPan.disable()
    else this.engine.dragPan.enable()
  }

  /** The whole style as it is drawn now, for a second map of the same. */
  style(): StyleSpecification {
    return this.engine.getStyle()
  }

  /** Another map of the same place, in a box of its own; drawn to be copied. */
  async twin(box: HTMLElement, pixelRatio: number): Promise<Engine> {
    const { Map: MapClass } = await mapLibrary()
    const { lon, lat, zoom } = this.camera()
    const twin = new MapClass({
      container: box, style: this.style(), center: [lon, lat], zoom, pixelRatio, interactive: false, attributionControl: false,
      fadeDuration: 0, canvasContextAttributes: { preserveDrawingBuffer: true }, renderWorldCopies: false,
    })
    await new Promise<void>((resolve, reject) => {
      twin.once('idle', () => resolve())
      twin.on('error', (event) => reject(event.error))
    })
    return twin
  }

  /** Moves to a box, no farther off than the zoom at which its layer is drawn. */
  fit(bbox: Bbox, nearest = 0): void {
    const camera = this.engine.cameraForBounds(bbox as LngLatBoundsLike, { padding: 48, maxZoom: 17 })
    if (camera) this.engine.easeTo({ ...camera, zoom: Math.max(camera.zoom ?? 0, nearest), duration: 500 })
  }

  goTo(camera: Camera): void {
    this.engine.jumpTo({ center: [camera.lon, camera.lat], zoom: camera.zoom })
  }

  zoomBy(steps: number): void {
    this.engine.easeTo({ zoom: this.engine.getZoom() + steps, duration: 200 })
  }

  close(): void {
    this.engine.remove()
  }
}
