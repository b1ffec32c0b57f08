/** Grants: who may see what of which layer. */

import { act, read, send } from './http'
import type { components } from './schema'

type Schemas = components['schemas']

export type Grant = Schemas['Grant']
export type GrantPage = Schemas['GrantPage']
export type GrantLimits = Schemas['GrantLimits']
export type GrantChoices = Schemas['GrantChoices']
export type GrantableLayer = Schemas['GrantableLayer']
export type NewGrant = Schemas['NewGrantBody']

const GRANTS = '/api/grants'

export interface GrantsAsked { party: string; resource: string; state: string }

export function grantsAddress(asked: GrantsAsked, after = ''): string {
  const given = Object.entries({ ...asked, after, limit: '50' }).filter(([, value]) => value)
  return `${GRANTS}?${new URLSearchParams(given)}`
}
export const readGrants = (address: string, signal?: AbortSignal): Promise<GrantPage> => read(address, signal)
export const readChoices = (words: string, signal?: AbortSignal): Promise<GrantChoices> =>
  read(`${GRANTS}/choices${words ? `?${new URLSearchParams({ q: words })}` : ''}`, signal)

/** The same `once` is the same grant, however often it is sent. */
export async function giveGrant(wanted: NewGrant, once: string): Promise<Grant> {
  const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': once }
  return (await (await act('POST', GRANTS, headers, JSON.stringify(wanted))).json()) as Grant
}
export const withdrawGrant = async (id: string, why: string): Promise<Grant> =>
  (await (await send('POST', `${GRANTS}/${encodeURIComponent(id)}/withdrawal`, { why })).json()) as Grant
