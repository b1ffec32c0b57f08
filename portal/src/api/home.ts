import { read } from './http'
import type { DeliveryOf, Text } from './types'

export const HOME = '/api/home'

export interface Home {
  counts: { resources: number; layers: number; features: number; agencies: number; deliveries: number | null }
  news: { resource: string; title: Text; at: string; kind: 'landed' | 'published'; provider: Text }[]
  deliveries: DeliveryOf[] | null
  /** What to do first, where there is nothing to be seen yet. */
  first: 'sign_in' | 'people' | 'deliver' | 'wait' | null
}

export const readHome = (signal?: AbortSignal): Promise<Home> => read<Home>(HOME, signal)
