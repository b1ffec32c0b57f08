/** Findings in the order in which they are told, each under a name of its own. */

import type { Finding, Severity } from '../api/types'

export const GRAVE: Severity[] = ['error', 'warning', 'notice']

/** `key` is the code; of several with one code (of different fields, say) the later ones are numbered. */
export type Named = Finding & { key: string }

export function named(findings: Finding[]): Named[] {
  const met = new Map<string, number>()
  return [...findings]
    .sort((a, b) => GRAVE.indexOf(a.severity) - GRAVE.indexOf(b.severity) || b.count - a.count)
    .map((finding) => {
      const n = (met.get(finding.code) ?? 0) + 1
      met.set(finding.code, n)
      return { ...finding, key: n === 1 ? finding.code : `${finding.code}~${n}` }
    })
}

/** The largest share by which a repair changes an area; null where no area is known. */
export function largestChange(findings: Finding[]): number | null {
  const shares = findings.flatMap((f) => f.places.flatMap(({ areas }) => (areas && Math.max(...areas) > 0 ? [Math.abs(areas[1] - areas[0]) / Math.max(...areas)] : [])))
  return shares.length ? Math.max(...shares) : null
}
