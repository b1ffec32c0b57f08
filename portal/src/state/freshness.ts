/** Whether a resource keeps the update cycle that its catalogue entry promises. */

import type { Resource } from '../api/types'

const DAY = 86_400_000

/** Days that a cycle leaves between two landings; on an event and once have no due date. */
const cycleDays: Record<string, number> = {
  realtime: 1, daily: 1, weekly: 7, monthly: 31, quarterly: 92, half_yearly: 184, yearly: 366,
}

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
