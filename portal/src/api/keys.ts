import { act, read } from './http'
import type { Party, Text } from './types'

export const KEYS = '/api/keys'

export interface Person {
  id: string
  login: string
  name: Text
}

/** An API key without its secret; `calls` are those of the last days. */
export interface Key {
  id: string
  purpose: string
  state: 'valid' | 'ended' | 'revoked'
  account: Person
  party: Party
  created_at: string
  until: string
  last_used: string | null
  revoked_at: string | null
  calls: number
}

/** A key as it is told once; `text` is null when the same request issued it before. */
export interface IssuedKey extends Key {
  text: string | null
}

export const readKeys = (signal?: AbortSignal): Promise<{ days: number; keys: Key[] }> => read(KEYS, signal)

/** The same `once` is the same key, however often it is sent. */
export async function issueKey(purpose: string, days: number, once: string): Promise<IssuedKey> {
  const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': once }
  return (await (await act('POST', KEYS, headers, JSON.stringify({ purpose, days }))).json()) as IssuedKey
}

export const revokeKey = (id: string): Promise<Response> => act('DELETE', `${KEYS}/${encodeURIComponent(id)}`, {})
