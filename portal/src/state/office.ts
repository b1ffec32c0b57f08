/** The pages of administration, and which of them whoever is signed in may use. */

import { computed } from 'vue'

import type { Text } from '../api/types'
import { account } from './session'
import { office } from './words'

export interface OfficePage {
  name: string
  title: Text
  /** Any of these permissions opens it. */
  needs: readonly string[]
  /** So does any of these, for whom it is not the page that they come for. */
  also?: readonly string[]
}

const PAGES: readonly OfficePage[] = [
  { name: 'keys', title: office.keys, needs: ['issue_keys'] },
  { name: 'people', title: office.people, needs: ['manage_accounts', 'assign_roles'] },
  { name: 'parties', title: office.parties, needs: ['manage_accounts', 'assign_roles'] },
  { name: 'grants', title: office.grants, needs: ['grant', 'grant_unconditional', 'assign_roles'], also: ['read_audit'] },
  { name: 'jobs', title: office.jobs, needs: ['operate'] },
  { name: 'condition', title: office.condition, needs: ['operate'] },
  { name: 'audit', title: office.audit, needs: ['read_audit'] },
]

export const may = (...permissions: string[]): boolean => account.value?.permissions.some((one) => permissions.includes(one)) ?? false
export const officePages = computed(() => PAGES.filter((page) => may(...page.needs, ...(page.also ?? []))))
/** Where administration begins: the first page of one's own duty. */
export const officeEntry = computed(() => officePages.value.find((page) => may(...page.needs)) ?? officePages.value[0])
/** What the bar on top calls them: administration, or the one page there is. */
export const officeTitle = computed(() => (officePages.value.length === 1 ? officePages.value[0]?.title : office.title) ?? office.title)
export const isOffice = (name: unknown): boolean => PAGES.some((page) => page.name === name)
