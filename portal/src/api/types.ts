/** Names of what the platform answers: the schemas of its OpenAPI document, from which `schema.d.ts` is made. */

import type { components } from './schema'

type Schemas = components['schemas']

export type Text = Schemas['Text']
export type Titled = Schemas['Titled']
export type Account = Schemas['Account']
export type Platform = Schemas['Platform']
export type Field = Schemas['Field']
export type Asset = Schemas['Asset']
export type ValueColour = Schemas['ValueColour']
export type ClassColour = Schemas['ClassColour']
export type Style = Schemas['Style']
export type Ramp = Schemas['Ramp']
export type LayerStyle = Schemas['LayerStyle']
export type FieldValues = Schemas['FieldValues']
export type Layer = Schemas['Layer']
export type Resource = Schemas['Resource']
export type VersionLine = Schemas['VersionLine']
export type DeliveryState = Schemas['DeliveryState']
export type DeliveryHead = Omit<Schemas['DeliveryLine'], 'findings'>
export type DeliveryLine = Schemas['DeliveryLine']
export type DeliveryOf = Schemas['DeliveryOf']
export type ResourceDetail = Schemas['ResourceDetail']
export type Severity = Schemas['Severity']
export type Place = Schemas['Place']
export type Finding = Schemas['Finding']
export type DimensionScore = Schemas['DimensionScore']
export type Repair = Schemas['Repair']
export type ReportSums = Schemas['ReportSums']
export type Change = Schemas['Change']
export type Mode = Schemas['Mode']
export type Candidate = Schemas['Candidate']
export type Question = Schemas['Question']
export type May = Schemas['May']
export type Delivery = Schemas['Delivery']
export type Step = Schemas['Step']
export type Progress = Schemas['Progress']
export type Receipt = Schemas['Receipt']
export type Waiting = Schemas['Waiting']
export type MoveOffer = Schemas['MoveOffer']
export type Inbox = Schemas['Inbox']
export type Provided = Schemas['Provided']
export type MappingValue = Schemas['MappingValue']
export type LayerMapping = Schemas['LayerMapping']
export type FileColumn = Schemas['FileColumn']
export type FileColumns = Schemas['FileColumns']
export type Upload = Schemas['Upload']
export type GeometryKind = Schemas['GeometryKind']
export type Party = Schemas['PartyName']
export type FieldKind = Schemas['Kind']
export type CheckName = Schemas['Check']
export type Verdict = Schemas['Judgement']
export type Colouring = Style['colouring']
/** West, south, east, north in degrees, longitude first. */
export type Bbox = Schemas['Area']['bbox']
export type ChangeKind = 'added' | 'changed' | 'removed'
export type FeatureHistory = Schemas['FeatureHistory']
export type HistoryEvent = Schemas['HistoryEvent']
export type FieldChange = Schemas['FieldChange']
export type Value = Schemas['Feature']['properties'][string]

/** RFC 9457 as far as it is told; `status` 0 means that no answer came. */
export type Problem = Pick<Schemas['Problem'], 'status'> & Partial<Schemas['Problem']>

/** Geometry under the names that map libraries know. */
type Placed<F> = Omit<F, 'geometry'> & { geometry: GeoJSON.Geometry }
export type Feature = Omit<Schemas['Feature'], 'geometry'> & { geometry: GeoJSON.Geometry | null }
type ChangedFeature = Placed<Schemas['Feature']>
export type ChangedFeatures = Omit<Schemas['ChangedFeatures'], 'features'> & { features: ChangedFeature[] }
type RepairedShape = Placed<Schemas['RepairedFeature']>
export type RepairedShapes = Omit<Schemas['RepairedShapes'], 'features'> & { features: RepairedShape[] }
