/** Lines a developer can paste and run: the first features of a layer, counted; or the file that it holds. */

import { collectionAddress, itemsAddress, tileAddress } from '../api/ogc'

export interface Address {
  kind: 'collection' | 'items' | 'tiles'
  url: string
}

export type Tool = 'curl' | 'python' | 'javascript'

export function addresses(origin: string, slug: string): Address[] {
  return [
    { kind: 'collection', url: origin + collectionAddress(slug) },
    { kind: 'items', url: origin + itemsAddress(slug, 10) },
    { kind: 'tiles', url: origin + tileAddress(slug) },
  ]
}

/** A Python string of a text without line ends. */
const quoted = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`

/** Takes the file at an address and keeps it under its name. */
export function fileSnippet(tool: Tool, url: string, name: string): string {
  if (tool === 'curl') return `curl -fsS -o '${name.replaceAll("'", "'\\''")}' '${url}'`
  if (tool === 'python') return ['import urllib.request', `urllib.request.urlretrieve('${url}', ${JSON.stringify(name)})`].join('\n')
  return [`const file = await (await fetch('${url}')).blob()`, "console.log(file.size, 'bytes')"].join('\n')
}

export function snippet(tool: Tool, origin: string, slug: string): string {
  const url = origin + itemsAddress(slug, 10)
  if (tool === 'curl') return `curl -fsS '${url}'`
  if (tool === 'python') {
    return [
      'from diban.client import Client  # in the source folder of the platform: pip install .',
      `page = Client(${quoted(origin)}).layer(${quoted(slug)}).features(limit=10).to_arrow()`,
      "print(page.num_rows, 'features')",
    ].join('\n')
  }
  return [`const page = await (await fetch('${url}')).json()`, "console.log(page.features.length, 'features')"].join('\n')
}
