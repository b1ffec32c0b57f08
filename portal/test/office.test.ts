import { afterEach, describe, expect, it } from 'vitest'

import type { Platform } from '../src/api/types'
import { officeEntry, officePages } from '../src/state/office'
import { platform } from '../src/state/session'

const entered = (...permissions: string[]): void => { platform.value = { account: { permissions } } as unknown as Platform }
afterEach(() => { platform.value = null })

describe('administration', () => {
  it('begins with the audit for who only reads it, though grants stand before it', () => {
    entered('read_audit')
    expect(officePages.value.map((page) => page.name)).toEqual(['grants', 'audit'])
    expect(officeEntry.value?.name).toBe('audit')
  })
  it('begins with the first page of one’s own duty for everybody else', () => {
    entered('assign_roles', 'expunge_confirm')
    expect(officeEntry.value?.name).toBe('people')
    entered('grant', 'read_audit')
    expect(officeEntry.value?.name).toBe('grants')
    entered('operate')
    expect(officeEntry.value?.name).toBe('jobs')
  })
  it('is not there for who has no page of it', () => {
    entered('see_costs')
    expect(officeEntry.value).toBeUndefined()
  })
})
