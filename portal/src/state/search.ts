/** The search box's state: what is typed, what was found, which hit is at hand; and the place to go to. */

import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue'

import { readSearch, type Found, type PlaceHit, type SearchHit } from '../api/search'
import { useLoad } from './load'

const PAUSE_MS = 160
const LONGEST = 100

/** A place that was chosen and that the map has not shown yet. */
export const target = shallowRef<PlaceHit | null>(null)

export interface Part {
  text: string
  hit: boolean
}

/** A hit's title in parts, those set off that have what was typed. */
export function partsOf(hit: SearchHit, title: string): Part[] {
  if (hit.found.value !== title) return [{ text: title, hit: false }]
  // the server counts characters, and one outside the basic plane counts as one
  const characters = [...title]
  const parts: Part[] = []
  let at = 0
  for (const [from, to] of hit.found.spans) {
    if (from < at) continue
    parts.push({ text: characters.slice(at, from).join(''), hit: false }, { text: characters.slice(from, to).join(''), hit: true })
    at = to
  }
  return [...parts, { text: characters.slice(at).join(''), hit: false }].filter((part) => part.text)
}

/** The hits in the order in which they stand on the page. */
export const inOrder = (found: Found | null): SearchHit[] => (found ? [...found.resources, ...found.places] : [])

export function useSearch() {
  const typed = ref('')
  const at = ref(-1)
  const words = computed(() => typed.value.trim().slice(0, LONGEST))
  const { data, problem, loading, run } = useLoad((signal, q: string) => readSearch(q, signal))
  const asked = ref('')
  const hits = computed(() => inOrder(words.value ? data.value : null))
  let timer: ReturnType<typeof setTimeout> | undefined

  async function look(): Promise<void> {
    const now = words.value
    if (!now) return
    await run(now)
    if (words.value === now) asked.value = now
  }

  watch(words, (now) => {
    clearTimeout(timer)
    at.value = -1
    if (now) timer = setTimeout(() => void look(), PAUSE_MS)
    else { data.value = null; problem.value = null; asked.value = '' }
  })
  const step = (by: number): void => {
    const count = hits.value.length
    if (count) at.value = at.value < 0 ? (by > 0 ? 0 : count - 1) : (at.value + by + count) % count
  }
  onScopeDispose(() => clearTimeout(timer))
  /** Whether what is shown answers what stands in the box. */
  const settled = computed(() => !loading.value && asked.value === words.value)
  return { typed, words, at, found: data, hits, problem, settled, step }
}
