/** What waits for whoever is signed in, counted in the bar on every page. */

import { computed, shallowRef } from 'vue'

import { readInbox } from '../api/deliveries'
import type { Inbox, Problem } from '../api/types'
import { problemOf } from './load'
import { account } from './session'

export const inbox = shallowRef<Inbox | null>(null)
/** Why it could not be read; null when it could. */
export const inboxProblem = shallowRef<Problem | null>(null)
export const inboxCount = computed(() => inbox.value?.count ?? 0)

/** Asks anew; a refusal leaves the bar as it was, and the page itself tells it in words. */
export async function loadInbox(watching = false): Promise<void> {
  if (!account.value) {
    inbox.value = null
    inboxProblem.value = null
    return
  }
  try {
    inbox.value = await readInbox(watching)
    inboxProblem.value = null
  } catch (error) {
    inboxProblem.value = problemOf(error)
  }
}
