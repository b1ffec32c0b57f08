import { read, send } from './http'
import type { Platform } from './types'

/** The platform's name, area and engine, and who is asking. */
export const readPlatform = (): Promise<Platform> => read<Platform>('/api/platform')

export const openSession = async (login: string, password: string): Promise<void> => {
  await send('POST', '/api/session', { login, password })
}

export const changePassword = async (password: string, fresh: string): Promise<void> => {
  await send('PUT', '/api/session/password', { password, new: fresh })
}

export const closeSession = async (): Promise<void> => {
  await send('DELETE', '/api/session')
}
