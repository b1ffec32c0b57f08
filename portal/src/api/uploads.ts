/** Uploads by tus 1.0: begin, ask how far, append, give up. */

import { act, read } from './http'
import type { Upload } from './types'

const UPLOADS = '/api/uploads'
const TUS = { 'Tus-Resumable': '1.0.0' }
const one = (id: string): string => `${UPLOADS}/${encodeURIComponent(id)}`

/** The text's UTF-8 bytes in base64, as `Upload-Metadata` wants them. */
export const base64 = (text: string): string => btoa(String.fromCharCode(...new TextEncoder().encode(text)))

/** Begins an upload of that many bytes. */
export async function createUpload(name: string, length: number): Promise<Upload> {
  const headers = { ...TUS, 'Upload-Length': String(length), 'Upload-Metadata': `filename ${base64(name)}` }
  return (await (await act('POST', UPLOADS, headers)).json()) as Upload
}

/** How many bytes are safe. */
export async function readOffset(id: string): Promise<number> {
  return Number((await act('HEAD', one(id), TUS)).headers.get('Upload-Offset'))
}

/** Appends a piece at an offset; answers how many bytes are safe now. */
export async function appendPiece(id: string, offset: number, piece: Blob, signal: AbortSignal): Promise<number> {
  const headers = { ...TUS, 'Upload-Offset': String(offset), 'Content-Type': 'application/offset+octet-stream' }
  return Number((await act('PATCH', one(id), headers, piece, signal)).headers.get('Upload-Offset'))
}

export async function endUpload(id: string): Promise<void> {
  await act('DELETE', one(id), TUS)
}

/** The asker's uploads that wait for bytes or for their delivery. */
export const readUploads = async (signal?: AbortSignal): Promise<Upload[]> => (await read<{ uploads: Upload[] }>(UPLOADS, signal)).uploads

export const readUpload = (id: string): Promise<Upload> => read<Upload>(one(id))
