/** Deliveries: what was sent, what waits for whom, and what is done about it. */

import { read, send } from './http'
import type { components } from './schema'
import type { ChangedFeatures, ChangeKind, Delivery, Inbox, Progress, Provided, Receipt, RepairedShapes } from './types'

const LIST = '/api/deliveries'
export const INBOX = '/api/inbox'
export const PROVIDED = '/api/provided'
/** Features of each kind of change that are fetched to be drawn. */
export const DRAWN = 1000

export const deliveriesAddress = (state = ''): string => (state ? `${LIST}?state=${encodeURIComponent(state)}&limit=50` : `${LIST}?limit=50`)
export const deliveryAddress = (id: string): string => `${LIST}/${encodeURIComponent(id)}`
export const receiptAddress = (id: string): string => `${deliveryAddress(id)}/receipt`
export const originalAddress = (id: string): string => `${deliveryAddress(id)}/original`
export const faultyRowsAddress = (id: string, language: string): string => `${deliveryAddress(id)}/faulty-rows?lang=${language}`

/** What a sender says of an upload; `header` null leaves it to the mapping. */
export type Letter = components['schemas']['Letter']

/** Registers a delivery; the same upload with the same words is the same delivery, however often it is sent. */
export async function submit(letter: Letter): Promise<Delivery> {
  return (await (await send('POST', LIST, letter)).json()) as Delivery
}

const acted = async (id: string, what: string, body: unknown): Promise<Delivery> =>
  (await (await send('POST', `${deliveryAddress(id)}/${what}`, body)).json()) as Delivery

export const review = (id: string, verdict: 'accept' | 'return', why: string): Promise<Delivery> => acted(id, 'review', { verdict, why })
export const withdraw = (id: string, why: string): Promise<Delivery> => acted(id, 'withdrawal', { why })
/** The sender's word on the repairs that the platform proposes. */
export const repair = (id: string, verdict: 'accept' | 'decline'): Promise<Delivery> => acted(id, 'repairs', { verdict })
/** The sender's word on the coordinates: a code, or `as-declared`. */
export const answer = (id: string, crs: string): Promise<Delivery> => acted(id, 'answer', { crs })

/** A resource's next step; steps back say why. */
export const moveResource = (resource: string, to: string, why: string): Promise<Response> => send('POST', `/api/resources/${encodeURIComponent(resource)}/moves`, { to, why })
/** The second person's word on an erasure. */
export const confirmErasure = (id: string): Promise<Response> => send('POST', `/api/expunges/${encodeURIComponent(id)}/confirmation`)

export const readDelivery = (id: string, signal?: AbortSignal, watching = false): Promise<Delivery> => read<Delivery>(deliveryAddress(id), signal, watching)
/** Looked at again and again while a page is open. */
export const readProgress = (id: string, signal?: AbortSignal): Promise<Progress> => read<Progress>(`${deliveryAddress(id)}/progress`, signal, true)
export const readReceipt = (id: string, signal?: AbortSignal): Promise<Receipt> => read<Receipt>(receiptAddress(id), signal)
export const readInbox = (watching = false): Promise<Inbox> => read<Inbox>(INBOX, undefined, watching)

export const readChanges = (id: string, kind: ChangeKind, signal?: AbortSignal): Promise<ChangedFeatures> =>
  read<ChangedFeatures>(`${deliveryAddress(id)}/changes?kind=${kind}&limit=${DRAWN}`, signal)

export const readRepairs = (id: string, signal?: AbortSignal): Promise<RepairedShapes> => read<RepairedShapes>(`${deliveryAddress(id)}/repairs?limit=${DRAWN}`, signal)

/** The deliveries that the asker may see, newest first; and the address of those after them. */
export const readDeliveries = (address: string, signal?: AbortSignal): Promise<components['schemas']['DeliveryList']> => read(address, signal)

/** The resources of the asker's party. */
export const readProvided = async (signal?: AbortSignal): Promise<Provided[]> => (await read<{ resources: Provided[] }>(PROVIDED, signal)).resources
