/** The five steps of a delivery's journey, as far as they are done. */

import type { Delivery, Progress, Step } from '../api/types'

export type StepName = 'received' | 'checked' | 'compared' | 'decided' | 'landed'
/** `asked` waits for its sender, `waiting` for a reviewer; `stopped` is where the journey ended early. */
export type StepState = 'done' | 'now' | 'asked' | 'waiting' | 'stopped' | 'todo'

export interface JourneyStep {
  name: StepName
  state: StepState
  /** How far the worker is within the step. */
  told: Step | null
}

const NAMES: StepName[] = ['received', 'checked', 'compared', 'decided', 'landed']

/** How many of the steps are behind, and what the next one is doing. */
function place(one: Delivery, working: Set<string>): [number, StepState] {
  if (one.state === 'landed') return [5, 'done']
  if (one.state === 'accepted') return [4, 'now']
  if (one.state === 'waiting') return [3, 'waiting']
  if (one.state === 'asked') return [1, 'asked']
  // what has faults is not compared: it ends with its check
  if (one.state === 'returned' || one.state === 'tried' || one.state === 'withdrawn') return [one.change ? 3 : 1, 'stopped']
  return [working.has('compare') ? 2 : 1, 'now']
}

const WORK: Partial<Record<StepName, string[]>> = { checked: ['check'], compared: ['compare'], landed: ['land'] }

export function journeyOf(one: Delivery, progress: Progress | null): JourneyStep[] {
  const steps = progress?.steps ?? []
  const [behind, next] = place(one, new Set(steps.map((step) => step.name)))
  return NAMES.map((name, k) => ({
    name,
    state: k < behind ? 'done' : k === behind ? next : 'todo',
    told: (WORK[name] ?? []).map((work) => steps.find((step) => step.name === work)).find((step) => step !== undefined) ?? null,
  }))
}

/** Whether something moves by itself, so that it is worth looking again soon. */
export const moving = (one: Delivery): boolean => one.state === 'received' || one.state === 'accepted'
