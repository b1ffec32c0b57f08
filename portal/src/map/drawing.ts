/** What the reader is drawing on the map: the places so far, taken by click, touch or Enter. */

import { computed, ref, shallowRef, watch, type Ref } from 'vue'

import type { Place } from './measures'
import { boxAround, sketchOf, type Sort } from './sketch'
import type { View } from './view'

export function useSketch(view: Ref<View | null>) {
  const sort = ref<Sort | null>(null)
  const places = shallowRef<Place[]>([])
  const ahead = shallowRef<Place | null>(null)
  const done = ref(false)

  const begin = (next: Sort | null): void => {
    sort.value = next
    places.value = []
    ahead.value = null
    done.value = false
  }
  function placed(place: Place): void {
    const full = done.value || (sort.value === 'box' && places.value.length >= 2)
    places.value = full ? [place] : [...places.value, place]
    done.value = sort.value === 'box' && places.value.length === 2
    if (done.value) ahead.value = null
  }
  /** A second click at the same place ends a line, whose place it had given twice. */
  function ended(): void {
    if (sort.value === 'box') return
    const [last, before] = [places.value.at(-1), places.value.at(-2)]
    if (last && before && last[0] === before[0] && last[1] === before[1]) places.value = places.value.slice(0, -1)
    finish()
  }
  const finish = (): void => { done.value = true; ahead.value = null }
  const undo = (): void => { places.value = places.value.slice(0, -1); done.value = false }
  const take = (from: Place, to: Place): void => { places.value = [from, to]; finish() }

  watch([sort, view], ([now, map]) => {
    map?.drawWith(now && { placed, ended, ahead: (place) => { if (places.value.length && !done.value) ahead.value = place }, dragged: now === 'box' ? take : null })
  })
  watch([sort, places, ahead, view], ([now, found, next, map]) => map?.setSketch(now ? sketchOf(now, found, next) : { type: 'FeatureCollection', features: [] }))
  const box = computed(() => (sort.value === 'box' ? boxAround(places.value) : null))
  return { sort, places, done, box, begin, finish, undo, take, clear: () => begin(sort.value) }
}

export type Sketching = ReturnType<typeof useSketch>
