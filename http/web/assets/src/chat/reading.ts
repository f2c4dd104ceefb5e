// Reads the stanzas of docs/chat-protocol.md into the words of the page.
import type { Affiliation, Message, Person, Pinned, Poll, RoomSettings, Tally, Terms } from './message'
import { attribute, child, children, nickOf, ns, numberOf, textOf } from './stanza'

const affiliationOf = (text: string): Affiliation => text === 'owner' || text === 'admin' ? text : 'none'
const kinds = ['highlight', 'announcement', 'warning'] as const

/** readMessage is undefined for what says nothing. The archive tells id and time of its messages beside them. */
export function readMessage(stanza: Element, archived?: { id: string, stamp: string }): Message | undefined {
  const id = attribute(child(stanza, ns.ids, 'stanza-id'), 'id') || archived?.id
  const text = child(stanza, ns.client, 'body')
  if (!id || !text) return undefined
  const event = child(stanza, ns.chat, 'event')
  const kind = attribute(text, 'x-livechat-announcement-type')
  const state = attribute(event, 'state')
  const stamp = new Date(attribute(child(stanza, ns.delay, 'delay'), 'stamp') || archived?.stamp || '')
  const replaced = child(stanza, ns.correct, 'replace')
  const origin = attribute(replaced, 'id') || attribute(stanza, 'id')
  return {
    id, origin, nick: nickOf(attribute(stanza, 'from')), person: attribute(child(stanza, ns.occupant, 'occupant-id'), 'id'),
    body: text.textContent ?? '', at: Number.isNaN(stamp.valueOf()) ? new Date() : stamp, affiliation: affiliationOf(attribute(event, 'affiliation')),
    kind: kinds.find(one => one === kind) ?? '', replyTo: attribute(child(stanza, ns.reply, 'reply'), 'id'),
    mentions: attribute(event, 'mentions').split(' ').filter(Boolean), state: state === 'held' || state === 'delayed' ? state : '',
    rule: attribute(event, 'rule'), isEdited: replaced !== undefined || attribute(event, 'edited') !== '', avatar: pathOf(attribute(event, 'avatar')), tally: readTally(child(stanza, ns.chat, 'tally'))
  }
}

/** readTally is the whole count of a message. */
export function readTally(tally: Element | undefined): Tally[] {
  return children(tally, ns.chat, 'emoji').map(e => ({ emoji: e.textContent ?? '', count: numberOf(e, 'n') })).filter(one => one.emoji && one.count > 0)
}

/** retractedId names the message a stanza takes back; '' none. */
export function retractedId(stanza: Element): string {
  const now = child(stanza, ns.retract, 'retract')
  if (now) return attribute(now, 'id')
  const fastened = child(stanza, ns.fasten, 'apply-to')
  const isRetraction = [...fastened?.querySelectorAll('*') ?? []].some(e => e.localName === 'retract')
  return isRetraction ? attribute(fastened, 'id') : ''
}

/** readPerson is who a presence tells of. */
export function readPerson(presence: Element): Person {
  const item = child(child(presence, ns.mucUser, 'x'), ns.mucUser, 'item')
  const person = child(presence, ns.chat, 'person')
  const role = attribute(item, 'role')
  return {
    nick: nickOf(attribute(presence, 'from')), id: attribute(child(presence, ns.occupant, 'occupant-id'), 'id'),
    affiliation: affiliationOf(attribute(item, 'affiliation')), role: role === 'moderator' || role === 'visitor' ? role : 'participant',
    jid: attribute(item, 'jid'), account: attribute(person, 'account'), avatar: pathOf(attribute(person, 'avatar'))
  }
}

/** pathOf takes pictures from this site alone. */
function pathOf(address: string): string {
  try {
    const url = new URL(address, location.origin)
    return address && url.origin === location.origin ? url.pathname : ''
  } catch {
    return ''
  }
}

/** statuses are the codes of a stanza of a room (XEP-0045 §15.6). */
export function statuses(stanza: Element): string[] {
  return children(child(stanza, ns.mucUser, 'x'), ns.mucUser, 'status').map(e => attribute(e, 'code'))
}

/** readSettings is undefined when the element has none. */
export function readSettings(of: Element | undefined): RoomSettings | undefined {
  const settings = child(of, ns.chat, 'settings')
  if (!settings) return undefined
  const is = (name: string) => attribute(settings, name) === 'true'
  return {
    mode: attribute(settings, 'mode') as RoomSettings['mode'], slowMode: numberOf(settings, 'slow-mode'), delay: numberOf(settings, 'delay'),
    holdsLinks: is('hold-links'), isPanic: is('panic'), isEmojiOnly: is('emoji-only')
  }
}

/** readPinned is null when nothing is pinned any more, undefined when the stanza does not say. */
export function readPinned(stanza: Element): Pinned | null | undefined {
  const pinned = child(stanza, ns.chat, 'pinned')
  if (!pinned) return undefined
  const id = attribute(pinned, 'id')
  return id ? { id, nick: attribute(pinned, 'nick'), text: pinned.textContent ?? '' } : null
}

/** readPoll is the state of a poll; those of the archive are over. */
export function readPoll(stanza: Element): Poll | undefined {
  const poll = child(stanza, ns.polls, 'x-poll')
  if (!poll || child(stanza, ns.delay, 'delay')) return undefined
  const choices = children(poll, ns.polls, 'x-poll-choice')
  return {
    id: attribute(poll, 'id'), question: textOf(poll, ns.polls, 'x-poll-question'), votes: numberOf(poll, 'votes'),
    choices: choices.map(e => ({ number: attribute(e, 'choice'), label: e.textContent ?? '', votes: numberOf(e, 'votes') })),
    endsAt: new Date(numberOf(poll, 'end') * 1000), isOver: poll.hasAttribute('over')
  }
}

/** readTerms is undefined for other messages. */
export function readTerms(stanza: Element): Terms | undefined {
  const terms = [...stanza.children].find(e => e.localName === 'x-livechat-terms')
  if (!terms) return undefined
  return { type: attribute(terms, 'type') === 'global' ? 'global' : 'muc', text: textOf(stanza, ns.client, 'body') }
}
