/** The file that a page sends: begun or gone on with, watched, paused, given up. */

import { onUnmounted, ref, shallowRef, type Ref } from 'vue'

import { ApiError } from '../api/http'
import type { Problem, Upload } from '../api/types'
import { appendPiece, createUpload, endUpload, readOffset, readUpload, readUploads } from '../api/uploads'
import { problemOf } from './load'
import { forget, recall, remember, Sending, type Sent } from './upload'

export interface Held {
  id: string
  name: string
  size: number
}

const gone = (error: unknown): boolean => error instanceof ApiError && (error.problem.status === 404 || error.problem.status === 410)

/** The upload that was begun with this file and is still there; else a new one. */
async function begin(file: File): Promise<Held> {
  const known = recall(file)
  if (known) {
    try {
      await readOffset(known.id)
      return { id: known.id, name: file.name, size: file.size }
    } catch (error) {
      if (!gone(error)) throw error
      forget(known.id)
    }
  }
  const made = await createUpload(file.name, file.size)
  remember({ id: made.id, name: file.name, size: file.size, modified: file.lastModified })
  return { id: made.id, name: file.name, size: file.size }
}

/** The uploads that wait for bytes or for their delivery, but for the one in hand. */
function useOpen(held: Ref<Held | null>) {
  const open = shallowRef<Upload[]>([])
  async function loadOpen(): Promise<void> {
    try {
      open.value = (await readUploads()).filter((one) => one.id !== held.value?.id)
    } catch (error) {
      console.warn(problemOf(error))
    }
  }
  return { open, loadOpen }
}

export function useSending() {
  const held = shallowRef<Held | null>(null)
  const sent = shallowRef<Sent | null>(null)
  const problem = shallowRef<Problem | null>(null)
  const { open, loadOpen } = useOpen(held)
  const busy = ref(false)
  let sender: Sending | null = null

  /** Sends a file; true once all of it has arrived. */
  async function take(file: File): Promise<boolean> {
    sender?.pause()
    problem.value = null
    busy.value = true
    try {
      const mine = (held.value = await begin(file))
      open.value = open.value.filter((one) => one.id !== mine.id)
      sender = new Sending(mine.id, file, { offset: readOffset, append: appendPiece }, (now) => { if (held.value === mine) sent.value = now })
    } catch (error) {
      held.value = sent.value = null
      problem.value = problemOf(error)
      return false
    } finally { busy.value = false }
    return resume()
  }

  const resume = async (): Promise<boolean> => (await sender?.run()) === 'done'
  const pause = (): void => sender?.pause()
  /** Whether the bytes are at hand; after the page was opened anew the file must be chosen again. */
  const atHand = (): boolean => sender !== null

  /** Takes up what the address names: whole, or waiting for its file. */
  async function restore(id: string): Promise<void> {
    try {
      const one = await readUpload(id)
      held.value = { id, name: one.file_name, size: one.length }
      sent.value = { phase: one.offset === one.length ? 'done' : 'paused', offset: one.offset, rate: 0, problem: null }
    } catch (error) {
      if (!gone(error)) problem.value = problemOf(error)
      forget(id)
    }
  }

  async function giveUp(id: string): Promise<void> {
    if (held.value?.id === id) {
      sender?.pause()
      sender = null
      held.value = sent.value = null
    }
    forget(id)
    open.value = open.value.filter((one) => one.id !== id)
    try {
      await endUpload(id)
    } catch (error) {
      if (!gone(error)) problem.value = problemOf(error)
    }
  }

  /** Puts the file aside once it is delivered. */
  const done = (): void => { if (held.value) forget(held.value.id) }

  onUnmounted(() => sender?.pause())
  return { held, sent, problem, open, busy, take, resume, pause, atHand, restore, loadOpen, giveUp, done }
}
