/** Dragging a row of a list to another place of it, by mouse, pen or finger: one path for all three. */

import { onBeforeUnmount, shallowRef } from 'vue'

export interface Span { top: number; bottom: number }

/** Before which of these rows something held at this height would go; behind the last one their number. */
export const gapAt = (y: number, rows: readonly Span[]): number => rows.filter((row) => (row.top + row.bottom) / 2 < y).length
/** The place that a row takes which leaves its own and goes into a gap. */
export const placeAt = (from: number, gap: number): number => (gap > from ? gap - 1 : gap)
/** How far a list scrolls in a moment while something is held near its edge, and never otherwise. */
export function scrolled(y: number, view: Span): number {
  const above = view.top + EDGE - y
  const below = y - (view.bottom - EDGE)
  return above > 0 ? -Math.ceil(Math.min(above, EDGE) / 4) : below > 0 ? Math.ceil(Math.min(below, EDGE) / 4) : 0
}

/** A press that moves less is none. */
const STARTS = 4
const EDGE = 40

/** What is held, the place that it left, the gap before which it is, and where the pointer is. */
export interface Held<What> { what: What; from: number; gap: number; x: number; y: number }

function viewOf(inside: HTMLElement): HTMLElement | null {
  for (let one = inside.parentElement; one; one = one.parentElement) {
    if (/auto|scroll/.test(getComputedStyle(one).overflowY) && one.scrollHeight > one.clientHeight) return one
  }
  return null
}

/** `rows` are those among which it is moved, `dropped` is told its new place; Escape puts it back. */
export function useDrag<What>(rows: (what: What) => HTMLElement[], dropped: (what: What, to: number) => void, stayed: (what: What) => void) {
  const held = shallowRef<Held<What> | null>(null)
  let end: (() => void) | null = null

  /** A press on a handle; what is held counts its place from 0. */
  function grab(event: PointerEvent, what: What, from: number): void {
    if (event.button !== 0 || !event.isPrimary || end) return
    const handle = event.currentTarget as HTMLElement
    const view = viewOf(handle)
    const [startX, startY] = [event.clientX, event.clientY]
    const listening = new AbortController()
    const also = { signal: listening.signal }
    let frame = 0
    const at = (x: number, y: number): void => { held.value = { what, from, gap: gapAt(y, rows(what).map((row) => row.getBoundingClientRect())), x, y } }
    function roll(): void {
      frame = requestAnimationFrame(roll)
      const now = held.value
      const by = now && view ? scrolled(now.y, view.getBoundingClientRect()) : 0
      if (!now || !by) return
      view?.scrollBy(0, by)
      at(now.x, now.y)
    }
    end = () => { end = null; listening.abort(); cancelAnimationFrame(frame); held.value = null }
    const finish = (): void => {
      const now = held.value
      end?.()
      if (now) dropped(now.what, placeAt(now.from, now.gap))
    }
    const drop = (): void => { const was = held.value; end?.(); if (was) stayed(what) }
    handle.setPointerCapture(event.pointerId)
    handle.addEventListener('pointermove', (moved) => {
      if (!held.value && Math.hypot(moved.clientX - startX, moved.clientY - startY) < STARTS) return
      if (!held.value) roll()
      at(moved.clientX, moved.clientY)
    }, also)
    handle.addEventListener('pointerup', finish, also)
    handle.addEventListener('pointercancel', drop, also)
    window.addEventListener('keydown', (key) => { if (key.key === 'Escape') { key.stopPropagation(); drop() } }, { ...also, capture: true })
  }
  onBeforeUnmount(() => end?.())
  return { held, grab }
}
