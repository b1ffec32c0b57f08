/** The platform and who is asking. */

import { computed, ref, shallowRef } from 'vue'

import { changePassword, closeSession, openSession, readPlatform } from '../api/platform'
import type { Platform } from '../api/types'

export const platform = shallowRef<Platform | null>(null)
/** True once the platform was asked, whether it answered or not. */
export const asked = ref(false)
export const account = computed(() => platform.value?.account ?? null)
/** True once a page that looks by itself was told that the session has ended; what it shows stays. */
export const ended = ref(false)
/** The roles that deliver data, as the platform's role matrix has them. */
const SENDERS = ['steward', 'district', 'housing_bureau']
export const delivers = computed(() => account.value?.roles.some((role) => SENDERS.includes(role)) ?? false)

export async function loadPlatform(): Promise<void> {
  try {
    platform.value = await readPlatform()
  } finally {
    asked.value = true
  }
}

export async function signIn(login: string, password: string): Promise<void> {
  await openSession(login, password)
  ended.value = false
  await loadPlatform()
}

export async function setPassword(password: string, fresh: string): Promise<void> {
  await changePassword(password, fresh)
  await loadPlatform()
}

export async function signOut(): Promise<void> {
  await closeSession()
  ended.value = false
  await loadPlatform()
}

/** Where to go on after signing in: only an address of this portal is followed. */
export function nextOf(asked: unknown): string {
  return typeof asked === 'string' && /^\/(?![/\\])/.test(asked) ? asked : '/inbox'
}
