/** Whether a resource keeps the update cycle that its catalogue entry promises. */

import type { Resource } from '../api/types'

const DAY = 86_400_000

/**
 * Days that a cycle leaves between two landings, by its national number: 1 real time, 2 daily, 3 weekly, 4 monthly,
 * 5 quarterly, 6 yearly. Half-yearly has no number; on an event and once have no due date.
 */
const cycleDays: Record<string, number> = { '1': 1, '2': 1, '3': 7, '4': 31, '5': 92, '6': 366, half_yearly: 184 }

export interface Freshness {
  landedAt: string | null
  state: 'none' | 'on_time' | 'overdue' | 'open'
  overdueDays: number
}

/** Counts from the oldest layer: a resource is as fresh as its stalest part. */
export function freshnessOf(resource: Pick<Resource, 'layers' | 'update_cycle'>, now = Date.now()): Freshness {
  const landings = resource.layers.map((layer) => layer.landed_at).filter((at) => at !== null)
  const landedAt = landings.sort()[0] ?? null
  if (landedAt === null) return { landedAt, state: 'none', overdueDays: 0 }
  const days = cycleDays[resource.update_cycle.value]
  if (days === undefined) return { landedAt, state: 'open', overdueDays: 0 }
  const overdueDays = Math.floor((now - new Date(landedAt).getTime()) / DAY - days)
  return overdueDays > 0 ? { landedAt, state: 'overdue', overdueDays } : { landedAt, state: 'on_time', overdueDays: 0 }
}
