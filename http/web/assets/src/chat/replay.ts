import { Messages, clock } from '../messages'
import { make } from '../page'
import { isNamed, loadCustom, type CustomEmoji } from './emoji'
import { Log } from './log'
import type { Message } from './message'
import type { Settings } from './settings'

/** Said is a message at its moment, as the server gives it. See web.replayedMessage. */
interface Said {
  id: string, at: number, nick: string, person: string, body: string, affiliation?: Message['affiliation'], kind?: Message['kind']
  replyTo?: string, avatar?: string, edited?: boolean, tally?: { emoji: string, count: number }[]
}

const part = 60 // seconds that are loaded at once
const shownBefore = 2 // parts that are shown of what came before
const ahead = 15 // seconds before its moment in which a part is loaded
const keptParts = 120
const retryAfter = 5000

/** Replay shows what was said during a live in step with its recording: the player of the page is its clock. */
export class Replay {
  private readonly messages: Messages
  private readonly custom: CustomEmoji = new Map()
  private readonly parts = new Map<number, Said[]>()
  private readonly loading = new Set<number>()
  private readonly log: Log
  private readonly stopping = new AbortController()
  private readonly status = make('p', { className: 'chat-status', hidden: true })
  private shownTo = -1
  private hasEmoji = false
  private begin = 0

  constructor(private readonly root: HTMLElement, private readonly settings: Settings) {
    this.messages = new Messages(settings.messages)
    this.log = new Log({
      messages: this.messages, custom: this.custom, own: '', canReact: false, isNick: () => false, find: id => this.log.find(id), isOwn: () => false,
      ownReactions: () => [], clock: at => clock(at.valueOf() / 1000)
    }, { older: () => Promise.resolve([]), react: () => undefined, focused: () => undefined })
  }

  /** start follows the player, and returns how to stop. */
  start(): () => void {
    const { signal } = this.stopping
    this.log.tellEmpty(this.messages.t('chat.replay-waits'))
    this.root.replaceChildren(this.log.element, this.status)
    document.addEventListener('timeupdate', event => this.tick(event), { capture: true, signal })
    document.addEventListener('seeked', event => this.tick(event), { capture: true, signal })
    const video = document.querySelector<HTMLVideoElement>('lucarne-player video')
    if (video) void this.goTo(video.currentTime)
    return () => { this.stopping.abort(); this.log.stop() }
  }

  private tick(event: Event) {
    if (event.target instanceof HTMLVideoElement && event.target.closest('lucarne-player')) void this.goTo(event.target.currentTime)
  }

  /** goTo shows what had been said by a moment. */
  private async goTo(time: number) {
    const now = Math.floor(time / part)
    const first = Math.max(0, now - shownBefore)
    const wanted = [...Array(now - first + 1).keys()].map(i => first + i)
    if ((time % part) > part - ahead) void this.load(now + 1)
    if (wanted.some(n => !this.parts.has(n))) {
      await Promise.all(wanted.map(n => this.load(n)))
      if (wanted.some(n => !this.parts.has(n))) return
      const video = document.querySelector<HTMLVideoElement>('lucarne-player video')
      if (video && Math.abs(video.currentTime - time) > 2) return // one has gone elsewhere meanwhile
    }
    this.show(time, first * part, wanted.flatMap(n => this.parts.get(n) ?? []))
  }

  private show(time: number, begin: number, said: Said[]) {
    const isBack = time < this.shownTo
    const isFar = begin > this.shownTo
    if (isBack || isFar) {
      this.log.clear()
      this.begin = begin
    }
    const from = isBack || isFar ? this.begin : this.shownTo
    for (const one of said) {
      if (one.at <= time && (isBack || isFar ? one.at >= from : one.at > from)) this.log.say(messageOf(one))
    }
    this.shownTo = time
    if (!this.hasEmoji && said.some(one => isNamed(one.body))) this.needEmoji()
  }

  private needEmoji() {
    this.hasEmoji = true
    void loadCustom(this.settings.emoji, this.custom).then(are => { if (are) this.log.redraw() })
  }

  private async load(n: number) {
    if (this.parts.has(n) || this.loading.has(n)) return
    this.loading.add(n)
    try {
      this.keep(n, await this.fetch(n))
      this.tell('')
      setTimeout(() => this.loading.delete(n), 0)
    } catch {
      this.tell(this.messages.t('chat.replay-failed'))
      setTimeout(() => this.loading.delete(n), retryAfter)
    }
  }

  private async fetch(n: number): Promise<Said[]> {
    const found: Said[] = []
    for (let after = '', more = true; more;) {
      const query = new URLSearchParams({ from: String(n * part), to: String((n + 1) * part), ...after && { after } })
      const answer = await fetch(`${this.settings.replay}?${query}`, { signal: this.stopping.signal })
      if (!answer.ok) throw new Error(String(answer.status))
      const page = await answer.json() as { messages: Said[], more: boolean }
      found.push(...page.messages)
      after = page.messages.at(-1)?.id ?? ''
      more = page.more && after !== ''
    }
    return found
  }

  private keep(n: number, said: Said[]) {
    this.parts.set(n, said)
    if (this.parts.size > keptParts) this.parts.delete(this.parts.keys().next().value ?? 0)
  }

  private tell(text: string) {
    this.status.hidden = text === ''
    this.status.textContent = text
  }
}

function messageOf({ id, at, nick, person, body, affiliation = 'none', kind = '', replyTo = '', avatar = '', edited = false, tally = [] }: Said): Message {
  return { id, origin: '', nick, person, body, at: new Date(at * 1000), affiliation, kind, replyTo, mentions: [], state: '', rule: '', isEdited: edited, tally, avatar }
}
