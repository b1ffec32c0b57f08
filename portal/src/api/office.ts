/** Administration: people, parties, jobs, the audit, and how the installation is. */

import { read, send } from './http'
import type { Person } from './keys'
import type { Party, Text, Titled } from './types'

export type AccountState = 'open' | 'initial' | 'locked' | 'closed'

export interface Member extends Person {
  party: Party
  roles: Titled[]
  state: AccountState
  locked_until: string | null
  last_used: string | null
}

export interface People {
  people: Member[]
  total: number
  next: string | null
  roles: Titled[]
}

/** An account as it was just changed; `password` is told this once, or null. */
export interface Changed extends Member {
  password: string | null
}

export interface PartyLine extends Party {
  kind: Titled
  code: string | null
  parent: string | null
  people: number
  resources: number
}

export interface Parties {
  parties: PartyLine[]
  kinds: Titled[]
}

export type JobState = 'waiting' | 'running' | 'failed' | 'cancelled' | 'done'

export interface Job {
  id: string
  kind: { value: string; title: Text }
  subject: string
  state: JobState
  attempts: number
  done: number
  total: number | null
  /** Why the last attempt failed; `words` are empty where they might quote a file. */
  fault: { kind: string; words: string } | null
  worker: string | null
  created_at: string
  due_at: string
  ended_at: string | null
}

export interface JobDetail extends Job {
  log: { at: string; line: string }[]
}

export interface Jobs {
  jobs: Job[]
  counts: Record<JobState, number>
  next: string | null
}

export interface AuditLine {
  id: string
  position: number | null
  at: string
  actor: Person
  party: Party | null
  act: string
  subject: string
  request: string
  detail: Record<string, unknown>
}

export interface AuditLines {
  since: string
  until: string
  lines: AuditLine[]
  next: string | null
}

export interface Verdict {
  whole: boolean
  lines: number
  head: number | null
  breaks: { kind: string; first: number; last: number; line: string | null }[]
  more: boolean
  at: string
  seconds: number
}

export interface Condition {
  well: boolean
  version: string
  engine: string
  database_bytes: number
  free_bytes: number
  parts: { name: string; title: Text; well: boolean; value: string; remedy: Text | null }[]
  settings_file: string
  settings: { name: string; value: string; source: 'file' | 'default' }[]
}

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
export const addParty = (wanted: { zh: string; en: string; kind: string; code: string | null; parent: string | null }): Promise<PartyLine> => json(send('POST', PARTIES, wanted))
export const renameParty = (id: string, zh: string, en: string): Promise<PartyLine> => json(send('PUT', `${PARTIES}/${encodeURIComponent(id)}/name`, { zh, en }))

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
