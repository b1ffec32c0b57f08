/** The reader's language: Chinese unless the address or an earlier choice says English. */

import { ref } from 'vue'

import { askIn } from '../api/http'
import type { Text } from '../api/types'

export type Language = 'zh' | 'en'

const KEY = 'diban.language'
const tags: Record<Language, string> = { zh: 'zh-CN', en: 'en' }

export const language = ref<Language>('zh')

/** What a query value or a stored value means; anything else is no answer. */
export const asLanguage = (value: unknown): Language | null => (value === 'zh' || value === 'en' ? value : null)

export function setLanguage(next: Language): void {
  language.value = next
  localStorage.setItem(KEY, next)
  document.documentElement.lang = tags[next]
  askIn(tags[next])
}

/** Takes the address first, then the last choice, then Chinese. */
export function startLanguage(fromAddress: unknown): void {
  setLanguage(asLanguage(fromAddress) ?? asLanguage(localStorage.getItem(KEY)) ?? 'zh')
}

/** The wording in the reader's language, `{name}` filled in. */
export function say(text: Text, values: Record<string, string | number> = {}): string {
  const wording = text[language.value] || text.zh || text.en
  return wording.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}
