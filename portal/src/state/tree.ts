/** A tree that comes as a list, in the order in which it is read: each thing after what it stands under. */

export interface Node {
  id: string
  parent: string | null
}

export function rooted<T extends Node>(all: readonly T[]): { node: T; depth: number }[] {
  const known = new Set(all.map((one) => one.id))
  const below = new Map<string | null, T[]>()
  for (const one of all) {
    const parent = one.parent !== null && known.has(one.parent) ? one.parent : null
    below.set(parent, [...(below.get(parent) ?? []), one])
  }
  const walk = (parent: string | null, depth: number): { node: T; depth: number }[] =>
    (below.get(parent) ?? []).flatMap((one) => [{ node: one, depth }, ...walk(one.id, depth + 1)])
  return walk(null, 0)
}
