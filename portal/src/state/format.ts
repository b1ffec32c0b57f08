/** Numbers, dates and values as a reader of each language writes them. */

import type { Field, Value } from '../api/types'
import type { Language } from './language'

const DAY = 86_400_000
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** Every digit, with thousands separators. */
export const exact = (n: number): string => n.toLocaleString('en-US', { maximumFractionDigits: 12 })

const threeFigures = (n: number): string => String(Number(n.toPrecision(3)))

/** A quantity to take in at a glance: 6.34 万, 1.3 亿; in English every digit up to a million. */
export function quantity(n: number, language: Language): string {
  if (language === 'en') return n < 1e6 ? exact(n) : n < 1e9 ? `${threeFigures(n / 1e6)} M` : `${threeFigures(n / 1e9)} bn`
  if (n < 1e4) return exact(n)
  // 99,999,999 rounds to 10,000 万, which is said 1 亿
  return n < 99_950_000 ? `${threeFigures(n / 1e4)} 万` : `${threeFigures(n / 1e8)} 亿`
}

/** Year, month, day, hour and minute on the wall of a zone. */
function wall(moment: Date, zone?: string): [number, number, number, string] {
  const parts = new Intl.DateTimeFormat('en-GB', {
    year: 'numeric', month: 'numeric', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23',
    ...(zone ? { timeZone: zone } : {}),
  }).formatToParts(moment)
  const part = (type: string): string => parts.find((p) => p.type === type)?.value ?? ''
  return [Number(part('year')), Number(part('month')), Number(part('day')), `${part('hour')}:${part('minute')}`]
}

const written = (year: number, month: number, day: number, language: Language): string =>
  language === 'zh' ? `${year}年${month}月${day}日` : `${day} ${MONTHS[month - 1]} ${year}`

/** 2026年11月22日 or 22 Nov 2026; a bare date is taken as it stands, an instant by the reader's clock. */
export function day(iso: string, language: Language, zone?: string): string {
  const bare = /^(\d{4})-(\d{2})-(\d{2})$/.exec(iso)
  if (bare) return written(Number(bare[1]), Number(bare[2]), Number(bare[3]), language)
  const moment = new Date(iso)
  if (Number.isNaN(moment.getTime())) return iso
  const [year, month, date] = wall(moment, zone)
  return written(year, month, date, language)
}

/** The day and the minute. */
export function minute(iso: string, language: Language, zone?: string): string {
  const moment = new Date(iso)
  if (Number.isNaN(moment.getTime())) return iso
  const [year, month, date, clock] = wall(moment, zone)
  return `${written(year, month, date, language)}${language === 'zh' ? ' ' : ', '}${clock}`
}

/** How long ago, in the largest fitting unit. */
export function ago(iso: string, language: Language, now = Date.now()): string {
  const days = Math.floor((now - new Date(iso).getTime()) / DAY)
  if (Number.isNaN(days)) return iso
  if (days < 1) return language === 'zh' ? '今天' : 'today'
  const [n, zh, en] = days < 61 ? [days, '天', 'day'] : days < 731 ? [Math.floor(days / 30.44), '个月', 'month'] : [Math.floor(days / 365.25), '年', 'year']
  return language === 'zh' ? `${n} ${zh}前` : `${n} ${en}${n === 1 ? '' : 's'} ago`
}

/** File sizes in powers of 1024, as file managers show them. */
export function bytes(n: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const step = n < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(n) / 10))
  return `${threeFigures(n / 1024 ** step)} ${units[step]}`
}

/** In what the coordinates of a CRS count: those that name longitude and latitude in degrees, all others in metres. */
export function unitOf(crs: string): string {
  return /^(EPSG:(4490|4326)|OGC:CRS84|GCJ-02|BD-09)(,|$)/.test(crs) ? '°' : 'm'
}

/** Degrees as the surveyor writes them: 114°03′34.6″E. */
export function sexagesimal(degrees: number, axis: 'lon' | 'lat', decimals = 1): string {
  const unit = 10 ** decimals
  let rest = Math.round(Math.abs(degrees) * 3600 * unit)
  const seconds = (rest % (60 * unit)) / unit
  rest = Math.floor(rest / (60 * unit))
  const letter = axis === 'lon' ? (degrees < 0 ? 'W' : 'E') : degrees < 0 ? 'S' : 'N'
  const width = decimals ? decimals + 3 : 2
  return `${Math.floor(rest / 60)}°${String(rest % 60).padStart(2, '0')}′${seconds.toFixed(decimals).padStart(width, '0')}″${letter}`
}

const yesNo: Record<Language, [string, string]> = { zh: ['是', '否'], en: ['yes', 'no'] }

/** A year is a number without thousands. */
const isYear = (field: Field): boolean => field.kind === 'integer' && !field.unit && /(^|_)year(_|$)|年份|年度|年$/.test(`${field.name} ${field.title.zh}`)

/** One value of a feature in words: code titles, dates, units; null where nothing is known. */
export function valueInWords(value: Value | undefined, field: Field, language: Language): string | null {
  if (value === null || value === undefined || value === '') return null
  const code = field.codes.find((one) => one.value === String(value))
  if (code) return code.title[language]
  if (field.kind === 'boolean') return yesNo[language][value === false || value === 0 || value === 'false' ? 1 : 0]
  if (field.kind === 'date') return day(String(value), language)
  if (field.kind === 'instant') return minute(String(value), language)
  // decimals may travel as text, so that no digit is lost
  const shown = typeof value === 'number' && !isYear(field) ? exact(value) : String(value)
  return field.unit ? `${shown} ${field.unit}` : shown
}
