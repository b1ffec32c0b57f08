/** Colours of the map: paper tones for the city's own fabric, a colour-blind-safe set for all else. */

export const paper = '#eceeed'
export const halo = '#ffffff'
export const accent = '#0a6a72'

/** Okabe and Ito's set without yellow and black; told apart with every common colour blindness. */
export const distinct = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#b8860b', '#56b4e9'] as const

/** Added, changed, removed: Tol's high-contrast scheme, told apart by every eye and in grey print too. */
export const changeColours = { added: '#004488', changed: '#ddaa33', removed: '#bb5566' } as const

/** Of a repair: the shape that was sent, and the one in its place. */
export const repairColours = { delivered: '#b3391c', proposed: '#009e73' } as const

/** Error, warning, notice: the same three tones as in the report. */
export const severityColours = { error: '#b3391c', warning: '#b8860b', notice: '#3f6f9f' } as const

function slot(slug: string): number {
  let hash = 7
  for (const letter of slug) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) % 1_000_003
  return hash % distinct.length
}

/** Gives each slug its own colour, the same on every page unless two compete for one. */
export function assignColours(slugs: string[]): Map<string, string> {
  const given = new Map<string, string>()
  const taken = new Set<number>()
  for (const slug of [...slugs].sort()) {
    let place = slot(slug)
    for (let tries = 0; tries < distinct.length && taken.has(place); tries += 1) place = (place + 1) % distinct.length
    taken.add(place)
    if (taken.size === distinct.length) taken.clear()
    given.set(slug, distinct[place] ?? distinct[0])
  }
  return given
}
