/** Days of the calendar as the services write them. */

const DAY = 86_400_000

/** Every day from the first to the last, both included. */
export function daysBetween(since: string, until: string): string[] {
  const [from, to] = [Date.parse(since), Date.parse(until)]
  return Array.from({ length: Math.round((to - from) / DAY) + 1 }, (_, k) => new Date(from + k * DAY).toISOString().slice(0, 10))
}
