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
  /** True until the person has set a password of their own: nothing else is answered before. */
  /** What the account may do, as the platform's role matrix has it. */
  permissions: string[]
  must_change: boolean
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
  /** Of a decimal: how many digits in all, and behind the point. */
  digits?: number
  scale?: number
  /** What values must meet: bounds of numbers, dates and instants; for text a pattern (RE2), the algorithm
   *  of the check character, the layer whose key holds the known codes. */
  minimum?: string | null
  maximum?: string | null
  pattern?: string | null
  check?: CheckName | null
  reference?: string | null
}

export type CheckName = 'credit-code' | 'identity-number' | 'organisation-code'

/** A file that landed whole: its facts by the names of the layer's fields, and where to take it. */
export interface Asset {
  file_name: string
  digest: string
  size: number
  href: string
  [fact: string]: string | number
}

export interface ValueColour { value: string; colour: string; title: Text | null }
export interface ClassColour { colour: string; title: Text | null }
/** What colours go by: one for all, the values of a field, or classes of its numbers parted by `breaks`. */
export type Colouring =
  | { by: 'single' }
  | { by: 'value'; field: string; values: ValueColour[] }
  | { by: 'class'; field: string; breaks: number[]; classes: ClassColour[] }

/** How a layer is drawn; `colour` is that of what the colouring says nothing of. */
export interface Style {
  colour: string
  colouring: Colouring
  area: { opacity: number; outline: string | null; width: number }
  line: { width: number }
  point: { radius: number; outline: string; width: number }
  label: { field: string; size: number; from_zoom: number } | null
  /** Drawn from the first on, up to but not with the last; 24 is no end. */
  zooms: { first: number; last: number }
  opacity: number
}

export interface Ramp {
  name: string
  kind: 'categories' | 'sequence' | 'diverging'
  title: Text
  colours: string[]
  source: string
}

export interface LayerStyle {
  layer: string
  layer_title: Text
  resource: string
  resource_title: Text
  geometry: GeometryKind
  fields: Field[]
  /** The version that is shown; 0 for the default, where none was kept. */
  number: number
  style: Style
  default: Style
  versions: { number: number; at: string; why: string; by: Text }[]
  ramps: Ramp[]
}

/** What a field of a layer holds: its most frequent values, and of numbers the percentiles from 0 to 100. */
export interface FieldValues {
  looked_at: number
  whole: boolean
  absent: number
  distinct: number
  values: { value: string; count: number }[]
  numbers: { quantiles: number[] } | null
}

export interface Layer {
  slug: string
  title: Text
  geometry: GeometryKind
  /** What the layer is made of: `features`, or a file of a kind. */
  holds: Titled
  /** The file, told on the resource's own page to those who may have it whole. */
  asset?: Asset | null
  /** Whether the asker may read what it holds; if not, nothing of it is told. */
  readable: boolean
  rows: number
  bbox: Bbox | null
  version: string | null
  landed_at: string | null
  /** How its provider has it drawn, as far as the asker may see; null where nobody has said. */
  style: (Style & { number: number }) | null
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
  asset: Asset | null
  layer: string
  landed_at: string
  delivery: string | null
  rows: number
  added: number
  changed: number
  removed: number
}

export type DeliveryState = 'received' | 'asked' | 'returned' | 'waiting' | 'accepted' | 'landed' | 'withdrawn' | 'tried'

export interface DeliveryHead {
  id: string
  file_name: string
  received_at: string
  moved_at: string
  state: DeliveryState
  state_title: Text
  dry_run: boolean
  score: number | null
}

export interface DeliveryLine extends DeliveryHead {
  findings: number
}

/** A line of a list that spans resources. */
export interface DeliveryOf extends DeliveryLine {
  resource: string
  resource_title: Text
}

export interface ResourceDetail extends Resource {
  /** What the asker may do with it beyond reading. */
  may: { style: boolean }
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
  /** The earlier row that it contradicts. */
  other: number | null
  /** Square metres before and after the proposed repair. */
  areas: [number, number] | null
}

export interface Finding {
  code: string
  title: Text
  severity: Severity
  message: Text
  remedy: Text
  dimension: string
  repairable: boolean
  count: number
  places: Place[]
}

/** The score under a heading of GB/T 36344; null where no file shows it. */
export interface DimensionScore {
  name: string
  title: Text
  score: number | null
}

/** Proposed repairs of geometry: what is decided on them, and the report without and with them. */
export interface Repair {
  state: 'proposed' | 'accepted' | 'declined'
  title: Text
  rows: number
  before: ReportSums
  after: ReportSums
}

export interface ReportSums {
  score: number
  errors: number
  faulty_rows: number
}

export interface Change {
  added: number
  changed: number
  removed: number
  unchanged: number
}

export type Mode = 'full' | 'changes' | 'unchanged'
export type ChangeKind = 'added' | 'changed' | 'removed'

/** What a file's coordinates may be, and how they lie in the city if they are. */
export interface Candidate {
  crs: string
  title: Text
  /** Share of the features inside the city. */
  inside: number
  /** Metres from where the same features are known to lie. */
  offset: number | null
  /** Share of the rows inside the district that they name. */
  agreeing: number | null
  /** Some of the features under this reading, longitude first. */
  places: [number, number][]
}

/** What the sender is asked of the coordinates. */
export interface Question {
  about: 'crs'
  reason: Text
  declared: { crs: string; by: 'file' | 'sender' | 'format' } | null
  proposal: string | null
  candidates: Candidate[]
  answer: string | null
}

export interface Verdict {
  value: 'accept' | 'return' | 'ask'
  title: Text
  reasons: Text[]
  why: string | null
  decided_at: string | null
}

/** What the asker may do with a delivery as it stands. */
export interface May {
  withdraw: boolean
  accept: boolean
  return: boolean
  answer: boolean
  original: boolean
  see_values: boolean
  repair: boolean
  faulty_rows: boolean
}

export interface Delivery extends DeliveryHead {
  resource: string
  resource_title: Text
  layer: string | null
  size: number
  digest: string
  mode: Mode
  source_layer: string | null
  crs: string | null
  /** Whether the first row of a table names its columns; null when nothing was said of it. */
  header: boolean | null
  sender: { name: Text }
  question: Question | null
  verdict: Verdict | null
  rows: number | null
  faulty_rows: number | null
  dimensions: DimensionScore[]
  repair: Repair | null
  findings: Finding[]
  change: Change | null
  version: string | null
  may: May
}

export interface Step {
  name: string
  title: Text
  done: number
  total: number | null
}

export interface Progress {
  id: string
  state: DeliveryState
  state_title: Text
  ended: boolean
  work: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled'
  attempts: number
  steps: Step[]
}

export interface ChangedFeatures extends GeoJSON.FeatureCollection {
  numberMatched: number
  /** How many of them are kept to be read page by page. */
  numberKept: number
  numberReturned: number
  next: string | null
}

/** Shapes as they were sent and as they would be repaired, a pair for each row. */
export interface RepairedShapes extends GeoJSON.FeatureCollection<GeoJSON.Geometry, { _row: number; side: 'delivered' | 'proposed' }> {
  numberMatched: number
  numberKept: number
  next: string | null
}

export interface Receipt {
  receipt: {
    issuer: Text
    delivery: string
    resource: { slug: string; code: string; title: Text }
    layer: string | null
    provider: Party
    file: { name: string; size: number; sha256: string }
    mode: Mode
    dry_run: boolean
    received_at: string
    state: DeliveryState
    state_title: Text
    moves: { at: string; state: DeliveryState }[]
    quality: { passed: boolean | null; score: number | null; rows: number | null; faulty_rows: number | null }
    change: Change | null
    version: { id: string; rows: number; content: string } | null
  }
  signed: string
  signature: { algorithm: string; key: string; value: string }
}

/** Something that waits for the asker: a delivery, a resource or an erasure. */
export interface Waiting extends Partial<DeliveryOf> {
  id: string
  since?: string
  due_at?: string | null
  reason?: string
  /** What an erasure would remove: everything of a delivery, an original, or rows of a layer. */
  target?: { kind: 'blob' | 'delivery' | 'rows'; of: string; fids: number[] }
  /** The steps of a resource that are the asker's to take. */
  moves?: MoveOffer[]
}

export interface MoveOffer {
  to: string
  title: Text
  reason: boolean
}

export interface Inbox {
  count: number
  kinds: { kind: string; title: Text; count: number; items: Waiting[] }[]
}

export interface Provided {
  id: string
  resource: string
  resource_title: Text
  state: string
  state_title: Text
  update_cycle: Titled
  layers: string[]
  landed_at: string | null
  due_at: string | null
  overdue: boolean
  last_delivery: DeliveryLine | null
}

/** How a sender's columns become a layer's fields; `number` counts the saved versions, 0 for none. */
export interface MappingValue {
  number: number
  columns: Record<string, string>
  constants: Record<string, string>
  codes: Record<string, Record<string, string>>
  source_layer: string | null
  encoding: string | null
  x: string | null
  y: string | null
  shape: string | null
  /** Whether the first row of a table names its columns, where a delivery does not say. */
  header: boolean | null
}

export interface LayerMapping {
  layer: string
  layer_title: Text
  resource: string
  resource_title: Text
  geometry: GeometryKind
  key: string | null
  fields: Field[]
  mapping: MappingValue
  versions: { number: number; at: string }[]
}

/** A column of a delivered file, with some of its values, the most frequent first. */
export interface FileColumn {
  name: string
  sort: string
  values: string[]
}

export interface FileColumns {
  delivery: string
  file_name: string
  format: string
  layer: string
  /** Whether its rows have a geometry, and in which columns of a table that stood. */
  placed: boolean
  places: string[]
  columns: FileColumn[]
}

/** An upload by tus: `offset` of `length` bytes are safe; the digest is known when all of them are. */
export interface Upload {
  id: string
  file_name: string
  length: number
  offset: number
  digest: string | null
  expires_at: string
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
