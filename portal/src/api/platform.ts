import { read, send } from './http'
import type { Platform } from './types'

/** The platform's name, area and engine, and who is asking. */
export const readPlatform = (): Promise<Platform> => read<Platform>('/api/platform')

export const openSession = (login: string, password: string): Promise<void> =>
  send('POST', '/api/session', { login, password })

export const changePassword = (password: string, fresh: string): Promise<void> =>
  send('PUT', '/api/session/password', { password, new: fresh })

export const closeSession = (): Promise<void> => send('DELETE', '/api/session')
