/** Administration: people, parties, jobs, the audit, and how the installation is. */

import { read, send } from './http'
import type { components } from './schema'

type Schemas = components['schemas']

export type Member = Schemas['Member']
export type AccountState = Member['state']
export type People = Schemas['People']
export type Changed = Schemas['ChangedMember']
export type PartyLine = Schemas['PartyLine']
export type PartyDetail = Schemas['PartyDetail']
export type Parties = Schemas['Parties']
export type Job = Schemas['Job']
export type JobState = Job['state']
export type JobDetail = Schemas['JobDetail']
export type Jobs = Schemas['Jobs']
export type AuditLine = Schemas['AuditEntry']
export type AuditLines = Schemas['AuditPage']
export type Verdict = Schemas['Verification']
export type Condition = Schemas['Condition']

const of = (base: string, query: Record<string, string | undefined>): string => {
  const given = Object.entries(query).filter((pair): pair is [string, string] => Boolean(pair[1]))
  return given.length ? `${base}?${new URLSearchParams(given)}` : base
}
const json = async <T>(answer: Promise<Response>): Promise<T> => (await (await answer).json()) as T
const person = (login: string): string => `/api/people/${encodeURIComponent(login)}`

export const peopleAddress = (q: string, state: string, after = ''): string => of('/api/people', { q, state, after, limit: '100' })
export const addPerson = (login: string, wanted: { name: string; name_en: string | null; party: string; roles: string[] }): Promise<Changed> => json(send('PUT', person(login), wanted))
export const setRoles = (login: string, roles: string[]): Promise<Changed> => json(send('PUT', `${person(login)}/roles`, { roles }))
export const setOpen = (login: string, open: boolean): Promise<Changed> => json(send('PUT', `${person(login)}/access`, { open }))
export const newPassword = (login: string): Promise<Changed> => json(send('POST', `${person(login)}/password`))

export const PARTIES = '/api/parties'
export const addParty = (wanted: { zh: string; en: string; kind: string; code: string | null; parent: string | null }): Promise<PartyDetail> => json(send('POST', PARTIES, wanted))
export const renameParty = (id: string, zh: string, en: string): Promise<PartyDetail> => json(send('PUT', `${PARTIES}/${encodeURIComponent(id)}/name`, { zh, en }))
/** Closes a party that is no more, for a reason, or opens it again. */
export const setPartyOpen = (id: string, open: boolean, why = ''): Promise<PartyDetail> => json(send('PUT', `${PARTIES}/${encodeURIComponent(id)}/standing`, { open, why }))

export const jobsAddress = (state: string, after = ''): string => of('/api/jobs', { state, after, limit: '50' })
export const readJob = (id: string): Promise<JobDetail> => read(`/api/jobs/${encodeURIComponent(id)}`)
export const cancelJob = (id: string): Promise<JobDetail> => json(send('POST', `/api/jobs/${encodeURIComponent(id)}/cancellation`))
export const retryJob = (id: string): Promise<JobDetail> => json(send('POST', `/api/jobs/${encodeURIComponent(id)}/retry`))

export interface AuditAsked { since: string; until: string; actor: string; act: string; subject: string }
export const auditAddress = (asked: AuditAsked, further: Record<string, string> = {}): string => of('/api/audit', { ...asked, limit: '100', ...further })
export const verifyAudit = (): Promise<Verdict> => json(send('POST', '/api/audit/verification'))

export const CONDITION = '/api/condition'

/** Any page of administration by its address. */
export const readOffice = <T>(address: string, signal?: AbortSignal, watching = false): Promise<T> => read<T>(address, signal, watching)
