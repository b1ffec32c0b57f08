/** What a small map of one resource is drawn upon: its own layers, over what tells where one is. */

import type { Layer, Resource } from '../api/types'
import { themeOf, type Theme } from './themes'

const CONTEXT: Theme[] = ['water', 'green', 'division', 'street']

export const drawable = (layer: Layer): boolean => layer.readable && layer.geometry !== 'none' && layer.version !== null

export function groundOf(resources: Resource[], slug: string): Layer[] {
  const published = resources.filter((one) => one.state === 'published')
  return published.flatMap((one) => one.layers.filter((layer) => drawable(layer) && (one.slug === slug || CONTEXT.includes(themeOf(layer)))))
}
