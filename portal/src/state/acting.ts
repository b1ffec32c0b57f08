/** An act that a page sends: whether it is under way, and why it was refused. */

import { ref, shallowRef } from 'vue'

import type { Problem } from '../api/types'
import { problemOf } from './load'

export function useAct() {
  const busy = ref(false)
  const refused = shallowRef<Problem | null>(null)

  /** True when it was done; one at a time. */
  async function run(what: () => Promise<unknown>): Promise<boolean> {
    if (busy.value) return false
    busy.value = true
    refused.value = null
    try {
      await what()
      return true
    } catch (error) {
      refused.value = problemOf(error)
      return false
    } finally {
      busy.value = false
    }
  }
  return { busy, refused, run }
}
