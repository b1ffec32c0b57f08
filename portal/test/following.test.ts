import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, nextTick } from 'vue'

import type { Platform } from '../src/api/types'
import { useDelivery } from '../src/state/following'
import { inbox, inboxProblem, loadInbox } from '../src/state/inbox'
import { language } from '../src/state/language'
import { useLoad } from '../src/state/load'
import { detailOf, lineOf, titleOf } from '../src/state/problem'
import { ended, platform } from '../src/state/session'
import { read } from '../src/api/http'

type Answer = { status: number; body: unknown } | null
const page = Object.assign(new EventTarget(), { hidden: false, documentElement: { lang: '' } })
let asked: { path: string; watching: boolean }[] = []
let answer: (path: string) => Answer

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('document', page)
  vi.spyOn(console, 'warn').mockImplementation(() => undefined) // vue warns of hooks outside of a component
  vi.stubGlobal('fetch', async (path: string, init: RequestInit) => {
    asked.push({ path, watching: new Headers(init.headers).get('X-Diban-Watching') === '1' })
    const told = answer(path)
    if (!told) throw new TypeError('no line')
    return new Response(JSON.stringify(told.body), { status: told.status, headers: { 'content-type': 'application/json' } })
  })
  asked = []
  page.hidden = false
  ended.value = false
  inbox.value = null
  platform.value = { account: { login: 'a' } } as unknown as Platform
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

const waits = (path: string): Answer => ({ status: 200, body: path.endsWith('/progress') ? { id: 'd', state: 'waiting', ended: false, steps: [] } : { id: 'd', state: 'waiting' } })
const looks = (): number => asked.filter(({ path }) => path.endsWith('/progress')).length

async function followed(body: () => Promise<void>): Promise<void> {
  const scope = effectScope()
  scope.run(() => useDelivery(() => 'd'))
  await vi.advanceTimersByTimeAsync(0)
  await body()
  scope.stop()
}

describe('a page that follows a delivery', () => {
  it('says of each look that nobody asked for it', async () => {
    answer = waits
    await followed(async () => {
      await vi.advanceTimersByTimeAsync(20_000)
      expect(looks()).toBe(3)
      expect(asked[0]).toEqual({ path: '/api/deliveries/d', watching: false })
      expect(asked.slice(1).every((one) => one.watching)).toBe(true)
    })
  })
  it('looks no more when the session has ended, and says so; another sign-in goes on', async () => {
    answer = waits
    await followed(async () => {
      answer = () => ({ status: 401, body: { detail: 'over' } })
      await vi.advanceTimersByTimeAsync(60_000)
      expect([looks(), ended.value]).toEqual([2, true])
      answer = waits
      page.dispatchEvent(new Event('visibilitychange'))
      await vi.advanceTimersByTimeAsync(8_000)
      expect([looks(), ended.value]).toEqual([4, false])
    })
  })
  it('does not look while it is hidden', async () => {
    answer = waits
    await followed(async () => {
      page.hidden = true
      await vi.advanceTimersByTimeAsync(60_000)
      expect(looks()).toBe(1)
      page.hidden = false
      page.dispatchEvent(new Event('visibilitychange'))
      await vi.advanceTimersByTimeAsync(0)
      expect(looks()).toBe(2)
    })
  })
})

describe('what goes wrong', () => {
  it('is told of the inbox', async () => {
    answer = () => null
    await loadInbox()
    expect([inbox.value, inboxProblem.value]).toEqual([null, { status: 0 }])
    answer = () => ({ status: 200, body: { count: 0, kinds: [] } })
    await loadInbox()
    expect([inbox.value?.count, inboxProblem.value]).toEqual([0, null])
  })
  it('has words when no answer came, and tells what helps', () => {
    expect(lineOf({ status: 0 })).toBe('没有收到服务器的回答。网络中断，或服务器已停止。')
    expect(lineOf({ status: 409, detail: '他人已处理', remedy: '刷新' })).toBe('他人已处理。处理办法：刷新')
    expect(lineOf({ status: 502 })).toBe('请求未完成')
    expect([titleOf({ status: 404, detail: 'x' }), detailOf({ status: 404, detail: 'x' })]).toEqual(['没有找到', 'x'])
  })
  it('is asked for again in the other language', async () => {
    answer = () => ({ status: 404, body: { detail: 'x' } })
    const scope = effectScope()
    const loading = scope.run(() => useLoad((signal, path: string) => read(path, signal)))
    await loading?.run('/x')
    language.value = 'en'
    await nextTick()
    expect(asked.map(({ path }) => path)).toEqual(['/x', '/x'])
    language.value = 'zh'
    scope.stop()
  })
})
