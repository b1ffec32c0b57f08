import { read } from './http'
import type { components } from './schema'

export const HOME = '/api/home'

export type Home = components['schemas']['Home']

export const readHome = (signal?: AbortSignal): Promise<Home> => read<Home>(HOME, signal)
