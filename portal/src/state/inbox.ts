/** What waits for whoever is signed in, counted in the bar on every page. */

import { computed, shallowRef } from 'vue'

import { readInbox } from '../api/deliveries'
import type { Inbox } from '../api/types'
import { problemOf } from './load'
import { account } from './session'

export const inbox = shallowRef<Inbox | null>(null)
export const inboxCount = computed(() => inbox.value?.count ?? 0)

/** Asks anew; a refusal leaves the bar without a count, and the page itself tells it in words. */
export async function loadInbox(): Promise<void> {
  if (!account.value) {
    inbox.value = null
    return
  }
  try {
    inbox.value = await readInbox()
  } catch (error) {
    console.warn(problemOf(error))
  }
}
