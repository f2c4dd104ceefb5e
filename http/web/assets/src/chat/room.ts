import { Connection, Refusal, refusalOf, type Identity } from './connection'
import type { Message, Person, Pinned, Poll, RoomSettings, Tally, Terms } from './message'
import { readMessage, readPerson, readPinned, readPoll, readSettings, readTally, readTerms, retractedId, statuses } from './reading'
import { attribute, child, children, nickOf, ns, numberOf, textOf, xml, type Xml } from './stanza'

/** Post is a message to send. */
export interface Post {
  body: string
  replyTo?: Message | undefined
  replaces?: Message | undefined
  kind?: Message['kind']
}

/** Audience is told what happens in the room. */
export interface Audience {
  identity(): Promise<Identity>
  /** nickname is the one to come in with. */
  nickname(): string
  joined(self: Person, isReset: boolean): void
  renamed(self: Person): void
  refused(why: Refusal): void
  left(why: 'kick' | 'ban' | 'closed', reason: Refusal): void
  down(retryIn: number | undefined, why: Refusal | undefined): void
  said(message: Message): void
  retracted(id: string): void
  tallied(id: string, tally: Tally[], by: string, emojis: string[]): void
  present(person: Person): void
  absent(nick: string): void
  pinned(pinned: Pinned | null): void
  settled(settings: RoomSettings): void
  asked(poll: Poll): void
  terms(terms: Terms): void
}

const historyLength = 50
const waitsForEcho = 30_000
const refusedWithin = 2000
const maxWaiting = 5

interface Waiting { stanza: Xml, replaces: string, resolve(): void, reject(problem: Error): void, timer: number }

/** Room is one room of the chat, joined again whenever the line is back, with nothing lost and nothing twice. */
export class Room {
  private readonly line: Connection
  private readonly waiting = new Map<string, Waiting>()
  private seq = 0
  private isIn = false
  private oldest = ''
  private hasOlder = true
  /** self is who we are in the room, once we are in it. */
  self: Person | undefined

  constructor(private readonly jid: string, socketUrl: string, private readonly audience: Audience) {
    this.line = new Connection(socketUrl, {
      identity: () => audience.identity(),
      opening: () => [this.presence()],
      stanza: stanza => this.take(stanza),
      down: (retryIn, reason) => this.lost(retryIn, reason)
    })
  }

  join() { this.line.open() }
  leave() { this.line.stop() }

  /** enter comes in again after the room refused, on the same line. */
  enter() { this.line.send(this.presence()) }

  /** rename asks for another nickname; audience.renamed or audience.refused tells what came of it. */
  rename(nick: string) { this.line.send(xml('presence', { xmlns: ns.client, to: `${this.jid}/${nick}` })) }

  /**
   * say sends a message and resolves once everybody has it. It rejects with a Refusal. What was sent as the line broke is sent again under
   * the same name: it is said once.
   */
  say(post: Post): Promise<void> {
    const id = this.line.id()
    return new Promise((resolve, reject) => {
      if (this.waiting.size >= maxWaiting) return reject(new Refusal('policy-violation', 'wait', ''))
      const timer = window.setTimeout(() => this.end(id)?.reject(new Refusal('remote-server-timeout', 'wait', '')), waitsForEcho)
      const stanza = this.message(id, post)
      this.waiting.set(id, { stanza, replaces: post.replaces?.origin ?? '', resolve, reject, timer })
      if (this.isIn) this.line.send(stanza)
    })
  }

  /** silently sends what nobody sees: no answer is a good one. */
  private silently(post: Post): Promise<void> {
    const id = this.line.id()
    return new Promise((resolve, reject) => {
      const done = () => { this.waiting.delete(id); resolve() }
      const stanza = this.message(id, post)
      this.waiting.set(id, { stanza, replaces: '', resolve, reject, timer: window.setTimeout(done, refusedWithin) })
      if (!this.isIn || !this.line.send(stanza)) this.end(id)?.reject(new Refusal('remote-server-timeout', 'wait', ''))
    })
  }

  /** vote chooses in the poll that is open. */
  vote(choice: string): Promise<void> { return this.silently({ body: `!${choice}` }) }

  /** react makes the emojis all those of ours on a message (XEP-0444). */
  react(to: Message, emojis: string[]) {
    this.line.send(xml('message', { xmlns: ns.client, type: 'groupchat', to: this.jid, id: this.line.id() },
      xml('reactions', { xmlns: ns.reactions, id: to.id }, ...emojis.map(one => xml('reaction', {}, one)))))
  }

  /** retract takes back a message of our own (XEP-0424). */
  retract(one: Message) {
    this.line.send(xml('message', { xmlns: ns.client, type: 'groupchat', to: this.jid, id: this.line.id() }, xml('retract', { xmlns: ns.retract, id: one.id })))
  }

  /** remove takes back a message of somebody else's, as a moderator (XEP-0425). */
  remove(one: Message, reason: string): Promise<unknown> {
    return this.line.ask('set', this.jid, xml('moderate', { xmlns: ns.moderate, id: one.id }, xml('retract', { xmlns: ns.retract }), ...reasonOf(reason)))
  }

  /** silence takes the voice of somebody for some seconds (XEP-0045 §8.4). */
  silence(who: Message, seconds: number, reason: string): Promise<unknown> {
    return this.administer(who, { role: 'visitor', 'xmlns:c': ns.chat, 'c:for': String(seconds) }, reason)
  }

  /** ban sends somebody away for good (XEP-0045 §9.1). */
  ban(who: Message, reason: string): Promise<unknown> { return this.administer(who, { affiliation: 'outcast' }, reason) }

  /** older asks for messages before those that are known (XEP-0313), oldest first; none when there are no more. */
  async older(): Promise<Message[]> {
    if (!this.hasOlder || !this.isIn || !this.oldest) return []
    const found: Message[] = []
    const queryid = this.line.id()
    this.archive = { queryid, found }
    try {
      const answer = await this.line.ask('set', this.jid, xml('query', { xmlns: ns.mam, queryid },
        xml('set', { xmlns: ns.rsm }, xml('max', {}, '50'), xml('before', {}, this.oldest))))
      this.hasOlder = attribute(child(answer, ns.mam, 'fin'), 'complete') !== 'true' && found.length > 0
    } catch {
      this.hasOlder = false
    }
    this.archive = undefined
    this.oldest = found[0]?.id ?? this.oldest
    return found
  }

  private archive: { queryid: string, found: Message[] } | undefined

  /** administer names who is meant by the occupant id: they may have left, or go by another nickname. */
  private administer(who: Message, item: Record<string, string>, reason: string): Promise<unknown> {
    const person = xml('occupant-id', { xmlns: ns.occupant, id: who.person })
    return this.line.ask('set', this.jid, xml('query', { xmlns: ns.mucAdmin }, xml('item', { ...item, nick: who.nick }, ...reasonOf(reason), person)))
  }

  private presence(): Xml {
    const since = this.seq > 0 ? [xml('since', { xmlns: ns.chat, seq: this.seq })] : []
    return xml('presence', { xmlns: ns.client, to: `${this.jid}/${this.audience.nickname()}`, id: 'join' },
      xml('x', { xmlns: ns.muc }, xml('history', { maxstanzas: historyLength })), ...since)
  }

  private message(id: string, { body, replyTo, replaces, kind }: Post): Xml {
    const more: Xml[] = []
    if (replyTo) more.push(xml('reply', { xmlns: ns.reply, id: replyTo.id, to: `${this.jid}/${replyTo.nick}` }))
    if (replaces) more.push(xml('replace', { xmlns: ns.correct, id: replaces.origin || replaces.id }))
    return xml('message', { xmlns: ns.client, type: 'groupchat', to: this.jid, id },
      xml('body', { 'x-livechat-announcement-type': kind || undefined }, body), ...more)
  }

  private take(stanza: Element) {
    const from = attribute(stanza, 'from')
    if (from !== this.jid && !from.startsWith(this.jid + '/')) return
    const seq = numberOf(child(stanza, ns.chat, 'event'), 'seq')
    if (stanza.localName === 'presence') this.takePresence(stanza)
    else if (attribute(stanza, 'type') === 'error') this.end(attribute(stanza, 'id'))?.reject(refusalOf(stanza))
    else this.takeMessage(stanza)
    if (seq > this.seq) this.seq = seq
  }

  private takePresence(stanza: Element) {
    const { audience } = this
    switch (attribute(stanza, 'type')) {
      case 'error':
        return audience.refused(refusalOf(stanza))
      case 'unavailable':
        return this.takeAbsence(stanza)
    }
    const person = readPerson(stanza)
    const isSelf = statuses(stanza).includes('110')
    if (!isSelf) return audience.present(person)
    const wasIn = this.isIn
    this.isIn = true
    this.self = person
    if (wasIn) return audience.renamed(person)
    const room = child(stanza, ns.chat, 'room')
    const isReset = this.seq === 0 || attribute(room, 'reset') === 'true'
    if (isReset) this.startOver()
    this.seq = Math.max(this.seq, numberOf(room, 'seq'))
    audience.joined(person, isReset)
    const settings = readSettings(room)
    if (settings) audience.settled(settings)
    audience.pinned(null) // what is pinned comes after the history
    for (const { stanza } of this.waiting.values()) this.line.send(stanza)
  }

  private startOver() {
    this.seq = 0
    this.oldest = ''
    this.hasOlder = true
  }

  private takeAbsence(stanza: Element) {
    const codes = statuses(stanza)
    const item = child(child(stanza, ns.mucUser, 'x'), ns.mucUser, 'item')
    if (codes.includes('303')) return // somebody goes by another name: their presence follows
    if (!codes.includes('110')) return this.audience.absent(nickOf(attribute(stanza, 'from')))
    this.isIn = false
    this.self = undefined
    const why = codes.includes('301') ? 'ban' : codes.includes('307') ? 'kick' : 'closed'
    const code = attribute(child(stanza, ns.chat, 'reason'), 'code') || why
    this.audience.left(why, new Refusal('forbidden', 'auth', textOf(item, ns.mucUser, 'reason'), code))
  }

  private takeMessage(stanza: Element) {
    const { audience } = this
    const result = child(stanza, ns.mam, 'result')
    if (result) return this.takeArchived(result)
    const terms = readTerms(stanza)
    if (terms) return audience.terms(terms)
    const poll = readPoll(stanza)
    if (poll) audience.asked(poll)
    const pinned = readPinned(stanza)
    if (pinned !== undefined) return audience.pinned(pinned)
    const settings = readSettings(stanza)
    if (settings) return audience.settled(settings)
    const retracted = retractedId(stanza)
    if (retracted) return audience.retracted(retracted)
    const reactions = child(stanza, ns.reactions, 'reactions')
    if (reactions) return this.takeReactions(stanza, reactions)
    const message = readMessage(stanza)
    if (!message || poll) return
    this.oldest ||= message.id
    audience.said(message)
    if (message.person === this.self?.id) this.heard(message)
  }

  /** heard ends the waiting for a message of ours; an edited one is recognised by the one it replaces. */
  private heard({ origin, isEdited }: Message) {
    this.end(origin)?.resolve()
    if (!isEdited) return
    for (const [id, one] of this.waiting) if (one.replaces === origin) this.end(id)?.resolve()
  }

  private takeReactions(stanza: Element, reactions: Element) {
    const own = children(reactions, ns.reactions, 'reaction').map(e => e.textContent ?? '')
    const by = attribute(child(stanza, ns.occupant, 'occupant-id'), 'id')
    this.audience.tallied(attribute(reactions, 'id'), readTally(child(stanza, ns.chat, 'tally')), by, own)
  }

  private takeArchived(result: Element) {
    const forwarded = child(result, ns.forward, 'forwarded')
    const stanza = child(forwarded, ns.client, 'message')
    if (!stanza || !this.archive || attribute(result, 'queryid') !== this.archive.queryid) return
    const message = readMessage(stanza, { id: attribute(result, 'id'), stamp: attribute(child(forwarded, ns.delay, 'delay'), 'stamp') })
    if (message) this.archive.found.push(message)
  }

  private end(id: string): Waiting | undefined {
    const one = this.waiting.get(id)
    if (one) clearTimeout(one.timer)
    this.waiting.delete(id)
    return one
  }

  private lost(retryIn: number | undefined, reason: Refusal | undefined) {
    this.isIn = false
    this.audience.down(retryIn, reason)
  }
}

function reasonOf(text: string): Xml[] { return text ? [xml('reason', {}, text)] : [] }
