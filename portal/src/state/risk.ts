/** What a reviewer should look at twice, told from the delivery alone. */

import type { Change, Delivery, Text } from '../api/types'
import { exact } from './format'
import { review as words } from './words'

export interface Risk {
  grave: boolean
  words: Text
  values: Record<string, string | number>
}

/** Shares beyond which a delivery is no ordinary update. */
const MASS_REMOVAL = 0.05
const MASS_CHANGE = 0.5

const percent = (share: number): string => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)}%`

function changeRisks(change: Change): Risk[] {
  const before = change.changed + change.removed + change.unchanged
  const [lost, altered] = [change.removed / before, change.changed / before]
  if (!before) return [{ grave: false, words: words.riskFirst, values: {} }]
  return [
    ...(lost > MASS_REMOVAL ? [{ grave: true, words: words.riskRemoval, values: { share: percent(lost), n: exact(change.removed) } }] : []),
    ...(altered > MASS_CHANGE ? [{ grave: true, words: words.riskChange, values: { share: percent(altered), n: exact(change.changed) } }] : []),
  ]
}

export function risksOf(one: Delivery): Risk[] {
  const warnings = one.findings.filter((finding) => finding.severity === 'warning').length
  return [
    ...(one.change ? changeRisks(one.change) : []),
    ...(one.question?.answer ? [{ grave: false, words: words.riskCrs, values: { crs: one.question.answer } }] : []),
    ...(warnings ? [{ grave: false, words: warnings === 1 ? words.riskWarning : words.riskWarnings, values: { n: warnings } }] : []),
  ]
}
