/** The rows to fix, as a file that a spreadsheet opens. */

import type { Finding } from '../api/types'
import type { Language } from './language'
import { delivery as words } from './words'

/** How a text begins that a spreadsheet may run; and what it never runs, though it begins so. */
const RISKY = /^(?:\s*[=+\-@＝＋－＠]|[\t\r\n])/
const HARMLESS = /^\s*(?:[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?|[-－]+)\s*$/i

/** Quotes a cell; a text that may be run gets an apostrophe. This list is for people and is never read back. */
function cell(value: string | number | null): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  const tame = RISKY.test(value) && !HARMLESS.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(tame) ? `"${tame.replaceAll('"', '""')}"` : tame
}

/** One line for each place, with a byte-order mark so that Chinese opens right everywhere. */
export function rowsToFix(findings: Finding[], language: Language): string {
  const head = language === 'zh' ? ['行', '字段', '值', '经度', '纬度', '代码', '级别', '问题', '处理办法'] : ['row', 'field', 'value', 'lon', 'lat', 'code', 'severity', 'finding', 'remedy']
  const lines = findings.flatMap((f) =>
    f.places.map((p) => [p.row, p.field, p.value, p.lon, p.lat, f.code, words[f.severity][language], f.message[language], f.remedy[language]]),
  )
  return `\uFEFF${[head, ...lines].map((line) => line.map(cell).join(',')).join('\r\n')}\r\n`
}
