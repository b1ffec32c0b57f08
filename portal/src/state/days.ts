/** Days of the calendar as the services write them. */

const DAY = 86_400_000

/** YYYY-MM-DD of a moment in the reader's own zone. */
export function isoDay(moment: Date): string {
  const two = (n: number): string => String(n).padStart(2, '0')
  return `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`
}

/** Every day from the first to the last, both included. */
export function daysBetween(since: string, until: string): string[] {
  const [from, to] = [Date.parse(since), Date.parse(until)]
  return Array.from({ length: Math.round((to - from) / DAY) + 1 }, (_, k) => new Date(from + k * DAY).toISOString().slice(0, 10))
}

/** The first of so many days that end with this one. */
export const daysBefore = (until: string, count: number): string =>
  new Date(Date.parse(until) - (count - 1) * DAY).toISOString().slice(0, 10)
