/** One file on its way: sent piece by piece, paused, broken off, gone on with from where the server has it. */

import { ApiError } from '../api/http'
import type { Problem } from '../api/types'

/** `broken`: the line is down for longer than is worth waiting; it can be gone on with, as when paused. */
export type Phase = 'sending' | 'retrying' | 'paused' | 'broken' | 'done' | 'failed'

export interface Sent {
  phase: Phase
  offset: number
  /** Bytes in a second over the last pieces; 0 while unknown. */
  rate: number
  problem: Problem | null
}

/** The protocol, as the sender uses it. */
export interface Wire {
  offset: (id: string) => Promise<number>
  append: (id: string, offset: number, piece: Blob, signal: AbortSignal) => Promise<number>
}

export interface Clock {
  now: () => number
  wait: (ms: number, signal: AbortSignal) => Promise<void>
}

const SMALLEST = 1 << 18
const LARGEST = 1 << 24
/** A piece is cut so that it takes about this long: short enough to lose, long enough to be worth its answer. */
const PIECE_MS = 800
const MOST_TRIES = 6
const FIRST_WAIT_MS = 500

/** Answers that another try may change: no answer, a stall, an offset that moved, a server that restarts. */
const passing = (status: number): boolean => status === 0 || status === 408 || status === 409 || status === 423 || status === 429 || status >= 500

const realClock: Clock = {
  now: () => performance.now(),
  wait: (ms, signal) =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      signal.addEventListener('abort', () => { clearTimeout(timer); resolve() }, { once: true })
    }),
}

export class Sending {
  private control = new AbortController()
  private size = SMALLEST
  private tries = 0
  sent: Sent

  constructor(
    readonly id: string,
    private readonly file: Blob,
    private readonly wire: Wire,
    private readonly tell: (sent: Sent) => void,
    private readonly clock: Clock = realClock,
    offset = 0,
  ) {
    this.sent = { phase: 'paused', offset, rate: 0, problem: null }
  }

  /** Goes on until all is sent, it is paused, or it cannot go on; the server says from where. */
  async run(): Promise<Phase> {
    this.control = new AbortController()
    const { signal } = this.control
    this.tries = 0
    let asked = false
    this.set({ phase: 'sending', problem: null })
    while (!signal.aborted) {
      try {
        if (!asked) this.set({ offset: await this.wire.offset(this.id) })
        asked = true
        if (this.sent.offset >= this.file.size) return this.end('done')
        await this.piece(signal)
      } catch (error) {
        if (signal.aborted) break
        if (!(error instanceof ApiError)) throw error
        const stopped = await this.after(error.problem, signal)
        if (stopped) return stopped
        asked = false
      }
    }
    return this.end('paused')
  }

  pause(): void {
    this.control.abort()
  }

  private async piece(signal: AbortSignal): Promise<void> {
    const { offset } = this.sent
    const begun = this.clock.now()
    const safe = await this.wire.append(this.id, offset, this.file.slice(offset, offset + this.size), signal)
    const took = Math.max(this.clock.now() - begun, 1)
    const rate = ((safe - offset) / took) * 1000
    const smooth = this.sent.rate ? 0.7 * this.sent.rate + 0.3 * rate : rate
    this.size = Math.min(LARGEST, Math.max(SMALLEST, took < PIECE_MS / 2 ? this.size * 2 : took > PIECE_MS * 3 ? this.size / 2 : this.size))
    this.tries = 0
    this.set({ phase: 'sending', offset: safe, rate: smooth })
  }

  /** Waits after a failure that may pass; answers the phase in which it ends otherwise. */
  private async after(problem: Problem, signal: AbortSignal): Promise<Phase | null> {
    if (!passing(problem.status)) return this.end('failed', problem)
    if (++this.tries > MOST_TRIES) return this.end('broken', problem)
    this.set({ phase: 'retrying', rate: 0, problem })
    await this.clock.wait(FIRST_WAIT_MS * 2 ** (this.tries - 1), signal)
    return null
  }

  private end(phase: Phase, problem: Problem | null = null): Phase {
    this.set({ phase, problem, rate: 0 })
    return phase
  }

  private set(change: Partial<Sent>): void {
    this.sent = { ...this.sent, ...change }
    this.tell(this.sent)
  }
}

/** What this browser keeps of an upload, so that the same file goes on after the page was closed. */
export interface Remembered {
  id: string
  name: string
  size: number
  modified: number
}

const KEY = 'diban.uploads'
const MOST = 20

function all(): Remembered[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]')
    return Array.isArray(kept) ? (kept as Remembered[]) : []
  } catch {
    // what another program left there is no memory of ours
    return []
  }
}

export function remember(one: Remembered): void {
  localStorage.setItem(KEY, JSON.stringify([...all().filter((kept) => kept.id !== one.id), one].slice(-MOST)))
}

export function forget(id: string): void {
  localStorage.setItem(KEY, JSON.stringify(all().filter((kept) => kept.id !== id)))
}

/** The upload that was begun here with this very file, if any: its name, size and date of change agree. */
export const recall = (file: File): Remembered | null =>
  all().filter((kept) => kept.name === file.name && kept.size === file.size && kept.modified === file.lastModified).at(-1) ?? null

/** Whether the upload was begun in this browser. */
export const begunHere = (id: string): boolean => all().some((kept) => kept.id === id)

const TRIED = 'diban.tried'

/** Keeps which upload a trial was made with; the last one only. */
export const keepTrial = (delivery: string, upload: string): void => localStorage.setItem(TRIED, `${delivery} ${upload}`)

export function triedWith(delivery: string): string | null {
  const [kept, upload] = (localStorage.getItem(TRIED) ?? '').split(' ')
  return kept === delivery && upload ? upload : null
}

/** Seconds that the rest will take. */
export const secondsLeft = (sent: Sent, size: number): number | null => (sent.rate > 0 ? (size - sent.offset) / sent.rate : null)
