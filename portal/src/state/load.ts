/** Reads something from the server for a page: what came, what went wrong, whether it is on its way. */

import { onScopeDispose, ref, shallowRef, watch } from 'vue'

import { ApiError } from '../api/http'
import type { Problem } from '../api/types'
import { language } from './language'

/** The problem behind a failure; what is no answer of the server is thrown on. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ApiError) return error.problem
  throw error
}

/** A newer `run` ends an older one, so that a slow answer never replaces a later one. */
export function useLoad<T, A extends unknown[]>(reader: (signal: AbortSignal, ...args: A) => Promise<T>) {
  const data = shallowRef<T | null>(null)
  const problem = shallowRef<Problem | null>(null)
  const loading = ref(false)
  let current = new AbortController()
  let last: A | null = null

  async function run(...args: A): Promise<void> {
    last = args
    current.abort()
    const mine = (current = new AbortController())
    loading.value = true
    try {
      const answer = await reader(mine.signal, ...args)
      if (mine.signal.aborted) return
      data.value = answer
      problem.value = null
    } catch (error) {
      if (!mine.signal.aborted) problem.value = problemOf(error)
    } finally {
      if (current === mine) loading.value = false
    }
  }

  // data comes in both languages, the words of a refusal in one: it is asked for in the other
  watch(language, () => { if (problem.value && last) void run(...last) })
  onScopeDispose(() => current.abort())
  return { data, problem, loading, run }
}
