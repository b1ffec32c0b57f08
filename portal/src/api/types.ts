/** What the platform answers: the JSON of `/api` and `/ogc`, as it travels. */

export interface Text {
  zh: string
  en: string
}

export interface Titled {
  value: string
  title: Text
}

export interface Party {
  id: string
  name: Text
}

/** West, south, east, north in degrees, longitude first. */
export type Bbox = [number, number, number, number]

export interface Account {
  login: string
  name: Text
  party: Party
  roles: string[]
}

export interface Platform {
  name: Text
  version: string
  engine: string
  area: { bbox: Bbox } | null
  account: Account | null
}

export type FieldKind = 'text' | 'integer' | 'decimal' | 'float' | 'boolean' | 'date' | 'instant'
export type GeometryKind = 'point' | 'line' | 'polygon' | 'any' | 'none'

export interface Field {
  name: string
  title: Text
  kind: FieldKind
  required: boolean
  unique: boolean
  codes: Titled[]
  unit: string | null
  /** What values must meet: bounds of numbers, dates and instants; for text a pattern (RE2), the algorithm
   *  of the check character, the layer whose key holds the known codes. */
  minimum?: string | null
  maximum?: string | null
  pattern?: string | null
  check?: CheckName | null
  reference?: string | null
}

export type CheckName = 'credit-code' | 'identity-number' | 'organisation-code'

export interface Layer {
  slug: string
  title: Text
  geometry: GeometryKind
  /** Whether the asker may read what it holds; if not, nothing of it is told. */
  readable: boolean
  rows: number
  bbox: Bbox | null
  version: string | null
  landed_at: string | null
  fields: Field[]
}

export interface Resource {
  id: string
  slug: string
  code: string
  title: Text
  abstract: Text
  provider: Party
  owner: Party
  state: string
  state_title: Text
  sharing: Titled
  update_cycle: Titled
  licence: Text
  source: Text
  updated_at: string | null
  published_at: string | null
  layers: Layer[]
}

export interface VersionLine {
  id: string
  layer: string
  landed_at: string
  delivery: string | null
  rows: number
  added: number
  changed: number
  removed: number
}

export interface DeliveryLine {
  id: string
  file_name: string
  received_at: string
  state: string
  state_title: Text
  score: number | null
  findings: number
}

export interface ResourceDetail extends Resource {
  versions: VersionLine[]
  deliveries: DeliveryLine[]
}

export type Severity = 'error' | 'warning' | 'notice'

export interface Place {
  row: number | null
  field: string | null
  lon: number | null
  lat: number | null
  value: string | null
}

export interface Finding {
  code: string
  title: Text
  severity: Severity
  message: Text
  remedy: Text
  count: number
  places: Place[]
}

export interface Change {
  added: number
  changed: number
  removed: number
  unchanged: number
}

export interface Delivery {
  id: string
  resource: string
  file_name: string
  size: number
  digest: string
  received_at: string
  sender: { name: Text }
  state: string
  state_title: Text
  verdict: { value: 'accept' | 'return' | 'ask'; title: Text; reasons: Text[] } | null
  score: number | null
  findings: Finding[]
  change: Change | null
}

/** RFC 9457; `status` 0 means that no answer came. */
export interface Problem {
  status: number
  title?: string
  detail?: string
  field?: string | null
  limit?: string | number | null
  remedy?: string | null
  request_id?: string
}

export type Value = string | number | boolean | null

export interface Feature {
  id: string | number
  geometry: GeoJSON.Geometry | null
  properties: Record<string, Value>
}
