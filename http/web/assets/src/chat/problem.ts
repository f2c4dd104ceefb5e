import type { Messages } from '../messages'
import { Refusal } from './connection'

/** What was being done when it was refused. */
export type Deed = 'join' | 'say' | 'edit' | 'vote' | 'rename' | 'moderate'

const ruleByItself = /^(The rules of this chat|This chat takes only emoji)/

/** explain says in the visitor's language why something was refused and what to do: the table of docs/chat-protocol.md. */
export function explain(problem: unknown, deed: Deed, messages: Messages): string {
  if (!(problem instanceof Refusal)) return messages.t('chat.error-other')
  const text = problem.message
  switch (problem.condition) {
    case 'conflict':
      return messages.t(deed === 'vote' ? 'chat.error-poll-over' : deed === 'edit' || deed === 'say' ? 'chat.error-too-late' : 'chat.error-nick-taken')
    case 'forbidden':
    case 'not-allowed':
      return forbidden(problem, deed, messages)
    case 'registration-required':
      return messages.t('chat.error-account')
    case 'policy-violation':
      return problem.kind === 'wait' ? slow(text, messages) : ruled(problem, messages)
    case 'resource-constraint':
      return messages.t('chat.error-full')
    case 'item-not-found':
      return messages.t(deed === 'join' ? 'chat.error-no-room' : 'chat.error-not-found')
    case 'remote-server-timeout':
      return messages.t('chat.error-line')
    case 'not-authorized':
      return messages.t('chat.error-sign-in')
    case 'bad-request':
    case 'jid-malformed':
    case 'not-acceptable':
      return messages.t(deed === 'join' || deed === 'rename' ? 'chat.error-nick' : 'chat.error-input')
  }
  return messages.t('chat.error-other')
}

/** secondsOf is how long one has to wait, as the text of a refusal says it. */
export function secondsOf(text: string): number { return Number.parseInt(/\d+/.exec(text)?.[0] ?? '', 10) || 0 }

function slow(text: string, messages: Messages): string {
  const n = secondsOf(text)
  return n > 0 ? messages.t('chat.error-slow', { n }) : messages.t('chat.error-too-much')
}

function ruled(problem: Refusal, messages: Messages): string {
  const text = problem.message
  if (problem.code === 'emoji_only') return messages.t('chat.error-emoji-only')
  if (problem.code === 'rule' && text && !ruleByItself.test(text)) return messages.t('chat.error-rule-reason', { reason: text })
  return messages.t(problem.code === 'rule' ? 'chat.error-rule' : 'chat.error-too-long')
}

function forbidden(problem: Refusal, deed: Deed, messages: Messages): string {
  const until = untilOf(problem.message)
  const reason = reasonOf(problem.message)
  switch (problem.code) {
    case 'ban': return withReason(until ? messages.t('chat.error-banned-until', { until }) : messages.t('chat.error-banned'), reason, messages)
    case 'mute': return withReason(until ? messages.t('chat.error-muted-until', { until }) : messages.t('chat.error-muted'), reason, messages)
    case 'kick': return withReason(messages.t('chat.error-kicked'), reason, messages)
    case 'read only':
    case 'read_only': return messages.t('chat.error-read-only')
    case 'followers only':
    case 'followers': return messages.t('chat.error-followers')
    case 'mute anonymous':
    case 'mute_anonymous': return messages.t('chat.error-account')
  }
  if (deed === 'edit') return messages.t('chat.error-last-only')
  return messages.t(deed === 'join' ? 'chat.error-closed-to-you' : 'chat.error-forbidden')
}

/** withReason adds the moderator's own words. */
export function withReason(text: string, reason: string, messages: Messages): string {
  return reason ? `${text} ${messages.t('chat.reason-given', { reason })}` : text
}

function untilOf(text: string): string {
  const [, day, time] = / until (\d{4}-\d\d-\d\d) (\d\d:\d\d) UTC/.exec(text) ?? []
  if (!day) return ''
  return new Intl.DateTimeFormat(document.documentElement.lang || undefined, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(`${day}T${time}Z`))
}

function reasonOf(text: string): string {
  const rest = text.replace(/ until \d{4}-\d\d-\d\d \d\d:\d\d UTC/, '')
  const at = rest.indexOf(': ')
  return at < 0 ? '' : rest.slice(at + 2)
}
