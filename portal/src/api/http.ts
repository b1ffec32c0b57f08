/** The one place that talks to the server: same origin, JSON, problems as errors. */

import type { Problem } from './types'

/** A refusal or a failure, carrying the server's own words. */
export class ApiError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail ?? problem.title ?? `HTTP ${problem.status}`)
  }
}

let acceptLanguage = 'zh-CN'

/** Sets the language in which the server words its refusals. */
export function askIn(language: string): void {
  acceptLanguage = language
}

async function problemOf(response: Response): Promise<Problem> {
  const kind = response.headers.get('content-type') ?? ''
  const body: unknown = kind.includes('json') ? await response.json().catch(() => null) : null
  const told = typeof body === 'object' && body !== null ? (body as Partial<Problem>) : {}
  return { ...told, status: response.status }
}

async function ask(path: string, init: RequestInit): Promise<Response> {
  let response: Response
  try {
    response = await fetch(path, init)
  } catch (error) {
    if (init.signal?.aborted) throw error
    throw new ApiError({ status: 0 })
  }
  if (!response.ok) throw new ApiError(await problemOf(response))
  return response
}

/** Reads one JSON document; `watching` says that the page looks by itself, which keeps no session open. */
export async function read<T>(path: string, signal?: AbortSignal, watching = false): Promise<T> {
  const headers = { Accept: 'application/json, application/geo+json', 'Accept-Language': acceptLanguage, ...(watching ? { 'X-Diban-Watching': '1' } : {}) }
  const response = await ask(path, { headers, ...(signal ? { signal } : {}) })
  return (await response.json()) as T
}

/** Sends a change; the extra header shows that no foreign page sent it. */
export function act(method: string, path: string, headers: Record<string, string>, body?: BodyInit, signal?: AbortSignal): Promise<Response> {
  const all = { 'Accept-Language': acceptLanguage, 'X-Diban-Request': '1', ...headers }
  return ask(path, { method, headers: all, ...(body === undefined ? {} : { body }), ...(signal ? { signal } : {}) })
}

/** Sends a change told in JSON. */
export function send(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<Response> {
  return body === undefined ? act(method, path, {}) : act(method, path, { 'Content-Type': 'application/json' }, JSON.stringify(body))
}
