/** What became of one feature, from version to version. */

import { read } from './http'
import type { FeatureHistory } from './types'

export const historyAddress = (slug: string, fid: string | number): string =>
  `/api/history/${encodeURIComponent(slug)}/${encodeURIComponent(String(fid))}`

export const readHistory = (slug: string, fid: string | number, signal?: AbortSignal): Promise<FeatureHistory> => read<FeatureHistory>(historyAddress(slug, fid), signal)
