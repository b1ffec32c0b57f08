/** The platform and who is asking. */

import { computed, shallowRef } from 'vue'

import { closeSession, openSession, readPlatform } from '../api/platform'
import type { Platform } from '../api/types'

export const platform = shallowRef<Platform | null>(null)
export const account = computed(() => platform.value?.account ?? null)

export async function loadPlatform(): Promise<void> {
  platform.value = await readPlatform()
}

export async function signIn(login: string, password: string): Promise<void> {
  await openSession(login, password)
  await loadPlatform()
}

export async function signOut(): Promise<void> {
  await closeSession()
  await loadPlatform()
}
