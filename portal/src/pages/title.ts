import { toValue, watchEffect, type MaybeRefOrGetter } from 'vue'

import { say } from '../state/language'
import { shell } from '../state/words'

/** Keeps the window's title: the page first, the platform after it. */
export function useTitle(page: MaybeRefOrGetter<string>): void {
  watchEffect(() => {
    const name = toValue(page)
    document.title = name ? `${name} · ${say(shell.product)}` : say(shell.product)
  })
}
