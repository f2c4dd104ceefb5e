import wifi from 'lucide-static/icons/wifi-off.svg'
import { Messages } from '../messages'
import { keep, kept, make } from '../page'
import { Actions, askReason, type Action } from './actions'
import { Boxes } from './boxes'
import { Composer } from './composer'
import { Refusal } from './connection'
import { isNamed, loadCustom, type CustomEmoji } from './emoji'
import { Gate, keepNick, keptNick } from './gate'
import { identify } from './identity'
import { Log } from './log'
import { canModerate, type Message, type Person, type RoomSettings } from './message'
import { Picker } from './picker'
import { PollBox } from './poll'
import { explain, secondsOf, withReason, type Deed } from './problem'
import { Room, type Audience } from './room'
import { icon } from './row'
import type { Scene } from './row'
import type { Settings } from './settings'

const editable = 24 * 60 * 60 * 1000
const mostNicks = 300
const muteSeconds = 600
const comesBack = 10_000

/** RoomView is a room on the page: what is said in it and what one may do. */
export class RoomView implements Audience {
  private readonly messages: Messages
  private readonly custom: CustomEmoji = new Map()
  private readonly own = new Map<string, string[]>() // our reactions, by message
  private readonly nicks = new Map<string, string>() // by their small form, the newest speakers last
  private readonly log: Log
  private readonly room: Room
  private readonly boxes: Boxes
  private readonly poll: PollBox
  private readonly picker: Picker
  private readonly composer: Composer
  private readonly gate: Gate
  private readonly actions: Actions
  private readonly status = make('p', { className: 'chat-status', hidden: true })
  private readonly foot = make('div', { className: 'chat-foot' })
  private readonly time: Intl.DateTimeFormat
  private nick = ''
  private account = ''
  private wanted = ''
  private rules: RoomSettings = { mode: '', slowMode: 0, delay: 0, holdsLinks: false, isPanic: false, isEmojiOnly: false }
  private readonly stopping = new AbortController()
  private isFresh = false
  private hasSpoken = false
  private retry: number | undefined
  private hasEmoji = false

  constructor(private readonly root: HTMLElement, private readonly settings: Settings) {
    this.messages = new Messages(settings.messages)
    this.time = new Intl.DateTimeFormat(document.documentElement.lang || undefined, { timeStyle: 'short' })
    const { messages } = this
    this.nick = keptNick()
    this.log = new Log(this.scene(), {
      older: () => this.room.older(),
      react: (message, emoji) => this.toggle(message, emoji),
      focused: (message, row) => this.settings.mode === 'overlay' ? undefined : this.actions.showFor(message, row)
    })
    this.picker = new Picker(messages, this.custom, () => this.needEmoji(), this.stopping.signal)
    this.boxes = new Boxes(messages, this.scene(), id => this.log.show(id))
    this.poll = new PollBox(messages, settings.mode === 'room' ? choice => this.vote(choice) : undefined)
    this.composer = this.makeComposer()
    this.gate = new Gate(messages, settings.signIn, nick => this.choose(nick))
    this.actions = new Actions({
      messages, canReply: message => this.canSpeak() && message.state === '', reply: message => this.composer.reply(message),
      pickEmoji: (opener, message) => this.picker.open(opener, emoji => { this.picker.close(); this.toggle(message, emoji, true) }),
      react: (message, emoji) => this.toggle(message, emoji, true), actions: message => this.whatCanBeDone(message)
    }, root)
    this.status.setAttribute('role', 'status')
    this.room = new Room(settings.room, settings.socket, this)
  }

  start() {
    const { root, settings } = this
    const overlay = settings.mode === 'overlay'
    const parts = overlay ? [this.log.element] : [this.boxes.element, this.poll.element, this.log.element, this.status, this.picker.element]
    if (settings.mode === 'room') parts.push(this.foot)
    root.replaceChildren(...parts)
    this.tellStatus(overlay ? '' : this.messages.t('chat.connecting'))
    this.drawFoot()
    this.room.join()
  }

  stop() {
    this.stopping.abort()
    clearTimeout(this.retry)
    this.room.leave()
    this.log.stop()
    this.poll.stop()
    this.composer.stop()
  }

  /** menu are the wishes of the reader that stand in the menu of the page. */
  get speaker() { return this.log.speaker }
  /** canRename tells whether there is a nickname to change. */
  get canRename(): boolean { return this.settings.mode === 'room' && this.account === '' && this.nick !== '' }
  rename() { this.askNick(this.nick, () => this.drawFoot()) }

  // What the room tells.

  async identity() {
    const who = await identify(this.settings)
    this.account = who.mechanism === 'PLAIN' ? who.nickname || who.domain : ''
    return who
  }

  nickname(): string { return this.nick || this.passing() }

  joined(self: Person, isReset: boolean) {
    this.tellStatus('')
    clearTimeout(this.retry)
    this.log.tellEmpty(this.settings.mode === 'overlay' ? '' : this.messages.t('chat.empty'))
    this.isFresh = false
    if (isReset) this.log.clear()
    setTimeout(() => { this.isFresh = true }, 1500) // the history is not read out
    this.renamed(self)
  }

  renamed(self: Person) {
    if (this.wanted && self.nick === this.wanted) this.nick = this.wanted
    this.wanted = ''
    if (this.nick && !this.account) keepNick(this.nick)
    this.know(self.nick)
    this.composer.refresh()
    this.drawFoot()
    this.log.redraw()
  }

  refused(why: Refusal) {
    if (this.room.self) { // still in: another nickname was asked for
      this.askNick(this.wanted, this.nick ? () => this.drawFoot() : undefined)
      this.wanted = ''
      return this.gate.tell(explain(why, 'rename', this.messages))
    }
    if (why.condition === 'conflict' && !this.account) {
      const taken = this.nick
      this.nick = ''
      keepNick('')
      this.room.enter() // to read, as somebody whose name is free
      if (taken) setTimeout(() => this.gate.tell(explain(why, 'rename', this.messages)), 500)
      return
    }
    if (why.kind === 'wait') return this.waitFor(explain(why, 'join', this.messages))
    this.end(explain(why, 'join', this.messages), why.condition === 'registration-required')
  }

  left(why: 'kick' | 'ban' | 'closed', reason: Refusal) {
    const { messages } = this
    if (why === 'closed' && reason.code === 'rejoin') return this.room.enter()
    if (why === 'closed') return this.waitFor(messages.t('chat.closed'))
    this.end(explain(reason, 'join', messages), false)
  }

  down(retryIn: number | undefined, why: Refusal | undefined) {
    if (this.settings.mode === 'overlay') return
    if (retryIn === undefined) return this.end(why ? explain(why, 'join', this.messages) : this.messages.t('chat.error-other'), false)
    this.tellStatus(this.messages.t(this.room.self ? 'chat.reconnecting' : 'chat.connecting'))
  }

  said(message: Message) {
    this.know(message.nick)
    const isNew = !this.log.find(message.id)
    const isOwn = this.isOwn(message)
    this.log.say(message)
    if (isNamed(message.body)) this.needEmoji()
    if (isOwn && isNew && this.hasSpoken) this.log.toEnd()
    if (isNew && this.isFresh && !isOwn) this.log.announce(message)
  }

  retracted(id: string) {
    this.log.remove(id)
    this.own.delete(id)
  }

  tallied(id: string, tally: Message['tally'], by: string, emojis: string[]) {
    if (by && by === this.room.self?.id) this.own.set(id, emojis)
    const message = this.log.find(id)
    if (message) this.log.update({ ...message, tally })
  }

  present(person: Person) { this.know(person.nick) }
  absent(nick: string) { this.nicks.delete(nick.toLowerCase()) }
  pinned(pinned: Parameters<Boxes['pin']>[0]) { this.boxes.pin(pinned) }
  asked(poll: Parameters<PollBox['show']>[0]) { this.poll.show(poll) }
  terms(terms: Parameters<Boxes['tell']>[0]) { this.boxes.tell(terms) }

  settled(settings: RoomSettings) {
    this.rules = settings
    this.drawFoot()
  }

  // What the reader does.

  private makeComposer(): Composer {
    return new Composer({
      messages: this.messages, picker: this.picker, custom: this.custom, nicks: () => [...this.nicks.values()].reverse(),
      isAnnouncer: () => this.isModerator(), needEmoji: () => this.needEmoji(),
      send: post => { this.hasSpoken = true; return this.room.say(post) },
      explain: (problem, isEdit) => this.explainSent(problem, isEdit ? 'edit' : 'say'),
      lastOwn: () => this.log.all().findLast(message => this.isOwn(message)),
      wait: () => this.isModerator() ? 0 : this.rules.slowMode
    })
  }

  private explainSent(problem: unknown, deed: Deed): string {
    if (problem instanceof Refusal && problem.condition === 'policy-violation' && problem.kind === 'wait') this.composer.pause(secondsOf(problem.message))
    return explain(problem, deed, this.messages)
  }

  private async vote(choice: string): Promise<string> {
    if (!this.canSpeak()) return this.messages.t('chat.vote-needs-nickname')
    try {
      await this.room.vote(choice)
      return ''
    } catch (problem) {
      return problem instanceof Refusal && problem.kind === 'continue' ? '' : explain(problem, 'vote', this.messages)
    }
  }

  /** toggle puts an emoji to a message or takes ours away again. */
  private toggle(message: Message, emoji: string, onlyAdds = false) {
    if (!this.canSpeak()) return
    const before = this.own.get(message.id) ?? []
    const is = before.includes(emoji)
    if (is && onlyAdds) return
    const after = is ? before.filter(one => one !== emoji) : [...before, emoji]
    this.own.set(message.id, after)
    this.room.react(message, after)
  }

  private choose(nick: string) {
    this.wanted = nick
    if (nick === this.room.self?.nick) this.renamed(this.room.self)
    else this.room.rename(nick)
  }

  private askNick(wanted: string, cancelled?: () => void) {
    this.gate.ask(wanted, cancelled && (() => { this.gate.tell(''); cancelled() }))
    this.foot.replaceChildren(this.gate.element)
    this.gate.element.querySelector('input')?.focus()
  }

  private whatCanBeDone(message: Message): Action[] {
    const { messages } = this
    const list: Action[] = []
    const isOwn = this.isOwn(message)
    if (this.canSpeak() && message.state === '') list.push({ label: messages.t('chat.reply'), run: () => this.composer.reply(message) })
    if (this.canSpeak() && !isOwn && !/\s/.test(message.nick)) list.push({ label: messages.t('chat.mention', { nick: message.nick }), run: () => this.composer.mention(message.nick) })
    list.push({ label: messages.t('chat.copy'), run: () => void navigator.clipboard?.writeText(message.body).catch(() => undefined) })
    if (isOwn && this.isLastOwn(message)) list.push({ label: messages.t('chat.edit'), run: () => this.composer.edit(message) })
    if (isOwn) list.push({ label: messages.t('chat.retract'), isDangerous: true, run: () => this.room.retract(message) })
    return this.isModerator() && !isOwn ? [...list, ...this.moderation(message)] : list
  }

  private moderation(message: Message): Action[] {
    const { messages, settings, room } = this
    const { nick } = message
    const list: Action[] = [
      { label: messages.t('chat.remove'), isDangerous: true, run: () => void this.judge(messages.t('chat.remove-question', { nick }), messages.t('chat.remove'), reason => room.remove(message, reason)) },
      { label: messages.t('chat.mute', { nick }), isDangerous: true, run: () => void this.judge(messages.t('chat.mute-question', { nick }), messages.t('chat.mute-do'), reason => room.silence(message, muteSeconds, reason)) },
      { label: messages.t('chat.ban', { nick }), isDangerous: true, run: () => void this.judge(messages.t('chat.ban-question', { nick }), messages.t('chat.ban-do'), reason => room.ban(message, reason)) }
    ]
    if (settings.moderation) list.push({ label: messages.t('chat.moderation-more'), url: `${settings.moderation}?message=${encodeURIComponent(message.id)}` })
    return list
  }

  private async judge(question: string, doIt: string, what: (reason: string) => Promise<unknown>) {
    const reason = await askReason(this.root, question, doIt, this.messages)
    if (reason === undefined) return
    try {
      await what(reason)
      this.log.speaker.tell(this.messages.t('chat.done'))
    } catch (problem) {
      this.tellStatus(explain(problem, 'moderate', this.messages))
      setTimeout(() => this.tellStatus(''), 6000)
    }
  }

  // What is known.

  private scene(): Scene {
    const view = this
    return {
      messages: this.messages, custom: this.custom,
      get own() { return view.room?.self?.nick ?? '' },
      get canReact() { return view.canSpeak() },
      isNick: name => this.nicks.has(name.toLowerCase()),
      find: id => this.log.find(id), isOwn: message => this.isOwn(message), ownReactions: id => this.own.get(id) ?? [],
      clock: at => this.time.format(at)
    }
  }

  private know(nick: string) {
    const key = nick.toLowerCase()
    this.nicks.delete(key)
    this.nicks.set(key, nick)
    if (this.nicks.size > mostNicks) this.nicks.delete(this.nicks.keys().next().value ?? '')
  }

  private isOwn(message: Message): boolean { return message.person !== '' && message.person === this.room?.self?.id }
  private isLastOwn(message: Message): boolean {
    return this.log.all().findLast(one => this.isOwn(one))?.id === message.id && Date.now() - message.at.valueOf() < editable
  }

  private isModerator(): boolean { return this.settings.mode === 'room' && canModerate(this.room?.self?.affiliation ?? 'none') }
  private hasName(): boolean { return this.account !== '' || this.nick !== '' && this.nick === this.room?.self?.nick }
  private canSpeak(): boolean { return this.settings.mode === 'room' && this.room?.self !== undefined && this.hasName() && this.silence() === '' }

  /** silence is why one only reads just now; '' when one may write. */
  private silence(): string {
    const { messages, rules } = this
    if (this.isModerator()) return ''
    const isVisitor = this.account === ''
    if (rules.mode === 'read_only') return messages.t('chat.error-read-only')
    if (isVisitor && (rules.mode === 'mute_anonymous' || rules.mode === 'signed_in')) return messages.t('chat.error-account')
    if (rules.mode === 'followers' && this.room?.self?.role === 'visitor') return messages.t('chat.error-followers')
    return ''
  }

  /** passing is the name of who only reads: kept for the page, so that others do not see somebody new each time. */
  private passing(): string {
    const key = 'lucarne.chat.passing'
    let number = kept(key) ?? ''
    if (!/^\d{6}$/.test(number)) keep(key, number = String(100_000 + Math.floor(Math.random() * 900_000)))
    return this.messages.t('chat.anonymous', { number })
  }

  private drawFoot() {
    if (this.settings.mode !== 'room') return
    this.root.toggleAttribute('data-moderator', this.isModerator())
    const silence = this.silence()
    const { foot } = this
    if (!this.room?.self) return foot.replaceChildren(make('div', { className: 'chat-gate is-waiting' }))
    if (silence) {
      this.gate.note(silence, this.account === '')
      return foot.replaceChildren(this.gate.element)
    }
    if (!this.hasName()) {
      if (foot.firstElementChild === this.gate.element && this.gate.element.querySelector('form')) return
      this.gate.ask('')
      return foot.replaceChildren(this.gate.element)
    }
    if (foot.firstElementChild === this.composer.element) return
    const hadFocus = foot.contains(document.activeElement)
    foot.replaceChildren(this.composer.element)
    if (hadFocus) this.composer.focus()
  }

  /** waitFor comes in again after a while, or when the reader asks for it. */
  private waitFor(text: string) {
    clearTimeout(this.retry)
    this.retry = window.setTimeout(() => this.room.enter(), comesBack * (1 + Math.random()))
    this.tellStatus(text, () => { clearTimeout(this.retry); this.room.enter() })
  }

  private tellStatus(text: string, retry?: () => void) {
    this.status.hidden = text === ''
    this.status.replaceChildren(icon(wifi), text)
    if (!retry) return
    const button = make('button', { type: 'button', className: 'button is-small', textContent: this.messages.t('chat.retry') })
    button.addEventListener('click', () => { this.tellStatus(this.messages.t('chat.connecting')); retry() })
    this.status.append(button)
  }

  /** end says that one is no longer in the room, for a reason that trying again does not mend. */
  private end(text: string, offersSignIn: boolean) {
    this.tellStatus('')
    this.gate.note(text, offersSignIn)
    if (this.settings.mode === 'room') this.foot.replaceChildren(this.gate.element)
    else this.tellStatus(withReason(text, '', this.messages))
  }

  /** needEmoji loads the channel's own emoji when somebody first uses one or looks for one: most never do. */
  private needEmoji() {
    if (this.hasEmoji) return
    this.hasEmoji = true
    void loadCustom(this.settings.emoji, this.custom).then(are => { if (are) this.log.redraw() })
  }
}
