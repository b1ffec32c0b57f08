/** A delivery that a page watches: read, looked at again while it moves, and acted on. */

import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue'

import { readChanges, readDelivery, readProgress, readRepairs } from '../api/deliveries'
import type { ChangedFeatures, ChangeKind, Delivery, Problem, Progress } from '../api/types'
import { loadInbox } from './inbox'
import { moving } from './journey'
import { problemOf, useLoad } from './load'
import { account, ended } from './session'

/** How soon to look again while the platform works, and while a person is waited for. */
const SOON_MS = 600
const LATER_MS = 8000

/** Does something each time the page comes into sight again. */
function whenSeen(does: () => void): void {
  const seen = (): void => { if (!document.hidden) does() }
  document.addEventListener('visibilitychange', seen)
  onScopeDispose(() => document.removeEventListener('visibilitychange', seen))
}

export function useDelivery(id: () => string) {
  const { data, problem, run } = useLoad((signal, one: string, watching: boolean) => readDelivery(one, signal, watching))
  const progress = shallowRef<Progress | null>(null)
  const busy = ref(false)
  const refusal = shallowRef<Problem | null>(null)
  let timer: ReturnType<typeof setTimeout> | undefined

  function plan(): void {
    clearTimeout(timer)
    const one = data.value
    // nobody looks at a page that is hidden, and whom the platform no longer knows is told nothing
    if (!one || progress.value?.ended || ended.value) return
    timer = setTimeout(() => { if (!document.hidden) void look(one) }, moving(one) ? SOON_MS : LATER_MS)
  }

  async function look(one: Delivery): Promise<void> {
    try {
      const now = await readProgress(one.id)
      if (id() !== one.id) return
      ended.value = false
      progress.value = now
      if (now.state !== data.value?.state) {
        await run(one.id, true)
        void loadInbox(true)
      }
    } catch (error) {
      // a lost line is met again at the next look; what the page shows stays as it was
      if (problemOf(error).status === 401) ended.value = true
      else console.warn(problemOf(error))
    }
    plan()
  }

  /** Does something to the delivery; what it answers is shown, a refusal is told beside the act. */
  async function act(what: (id: string) => Promise<Delivery>): Promise<boolean> {
    busy.value = true
    refusal.value = null
    try {
      data.value = await what(id())
      progress.value = null
      void loadInbox()
      plan()
      return true
    } catch (error) {
      refusal.value = problemOf(error)
      return false
    } finally {
      busy.value = false
    }
  }

  watch([id, account], async ([one]) => {
    progress.value = null
    await run(one, false)
    if (data.value) await look(data.value)
  }, { immediate: true })
  whenSeen(() => { if (data.value && !progress.value?.ended) void look(data.value) })
  onScopeDispose(() => clearTimeout(timer))
  return { data, problem, run: (one: string) => run(one, false), progress, busy, refusal, act }
}

const KINDS: ChangeKind[] = ['added', 'changed', 'removed']

/** The features of each kind of change; read once they are known, to those who may see them. */
export function useChanges(delivery: () => Delivery | null) {
  const { data, problem, run } = useLoad(async (signal, id: string) => {
    const found = await Promise.all(KINDS.map((kind) => readChanges(id, kind, signal)))
    return Object.fromEntries(KINDS.map((kind, k) => [kind, found[k]])) as Record<ChangeKind, ChangedFeatures>
  })
  const told = computed(() => {
    const one = delivery()
    const sum = one?.change ? one.change.added + one.change.changed + one.change.removed : 0
    return one?.may.see_values && sum ? one.id : null
  })
  watch(told, (id) => { if (id) void run(id) }, { immediate: true })
  return { data, problem, told }
}

/** The shapes of proposed repairs; read once there are some, by those who may see them. */
export function useRepairs(delivery: () => Delivery | null) {
  const { data, run } = useLoad((signal, id: string) => readRepairs(id, signal))
  watch(() => { const one = delivery(); return one?.repair?.state === 'proposed' && one.may.see_values ? one.id : null }, (id) => { if (id) void run(id) }, { immediate: true })
  return data
}
