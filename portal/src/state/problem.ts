/** What went wrong, in words: the server's own where it has any. */

import type { Problem } from '../api/types'
import { say } from './language'
import { trouble } from './words'

const TITLES: Partial<Record<number, (typeof trouble)[keyof typeof trouble]>> = { 0: trouble.unreachable, 401: trouble.signInFirst, 403: trouble.refused, 404: trouble.missing }

export function titleOf(problem: Problem): string {
  const known = TITLES[problem.status]
  return known ? say(known) : (problem.title ?? say(trouble.failed))
}

/** Why, where there is more to say than the title. */
export const detailOf = (problem: Problem): string => (problem.status === 0 ? say(trouble.unreachableDetail) : (problem.detail ?? ''))

/** What helps, as a sentence of its own. */
export const remedyOf = (problem: Problem): string => (problem.remedy ? say(trouble.remedy, { remedy: problem.remedy }) : '')

/** All of it in a line: what is not said in detail is named by its title. */
export const lineOf = (problem: Problem): string => [problem.status === 0 ? titleOf(problem) : '', detailOf(problem) || titleOf(problem), remedyOf(problem)].filter(Boolean).join(say(trouble.between))
