import { act, read } from './http'
import type { components } from './schema'

export const KEYS = '/api/keys'

type Schemas = components['schemas']

export type Person = Schemas['Person']
export type Key = Schemas['Key']
export type IssuedKey = Schemas['IssuedKey']

export const readKeys = (signal?: AbortSignal): Promise<Schemas['KeyList']> => read(KEYS, signal)

/** The same `once` is the same key, however often it is sent. */
export async function issueKey(purpose: string, days: number, once: string): Promise<IssuedKey> {
  const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': once }
  return (await (await act('POST', KEYS, headers, JSON.stringify({ purpose, days }))).json()) as IssuedKey
}

export const revokeKey = (id: string): Promise<Response> => act('DELETE', `${KEYS}/${encodeURIComponent(id)}`, {})
