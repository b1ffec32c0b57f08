/** The rows to fix, as a file that a spreadsheet opens. */

import type { Finding } from '../api/types'
import type { Language } from './language'
import { delivery as words } from './words'

/** Quotes a cell; a leading =, +, - or @ of a text is kept from being run as a formula. */
function cell(value: string | number | null): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  const tame = /^[=+\-@\t\r]/.test(value) && Number.isNaN(Number(value)) ? `'${value}` : value
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
