import arrow from 'lucide-static/icons/arrow-down.svg'
import { make } from '../page'
import { VirtualList } from './list'
import type { Message } from './message'
import { drawRow, icon, type Scene } from './row'
import { Speaker } from './speaker'

/** Deeds is what can be done from the rows. */
export interface Deeds {
  older(): Promise<Message[]>
  react(message: Message, emoji: string): void
  /** focused tells which row the reader is at; undefined: none. */
  focused(message: Message | undefined, row: HTMLElement | undefined): void
}

/** Log is what was said: rows that can be walked through by keyboard, the way back to the newest, and a voice for screen readers. */
export class Log {
  readonly element = make('div', { className: 'chat-log' })
  private readonly scroller = make('div', { className: 'chat-scroller', tabIndex: 0 })
  private readonly rows = make('ol', { className: 'chat-rows' })
  private readonly more = make('button', { type: 'button', className: 'chat-more', hidden: true })
  private readonly empty = make('p', { className: 'chat-empty', hidden: true })
  private readonly list: VirtualList<Message>
  readonly speaker: Speaker
  private isLoading = false
  private hasOlder = true
  private current = ''

  constructor(private readonly scene: Scene, private readonly deeds: Deeds) {
    const { messages } = scene
    this.scroller.setAttribute('role', 'region')
    this.scroller.setAttribute('aria-label', messages.t('chat.messages'))
    this.list = new VirtualList(this.scroller, this.rows, {
      key: message => message.id,
      draw: message => drawRow(message, scene),
      changed: (isAtEnd, unseen) => this.changed(isAtEnd, unseen),
      reachedTop: () => void this.loadOlder()
    })
    this.speaker = new Speaker(messages)
    this.element.append(this.scroller, this.empty, this.more, this.speaker.element)
    this.more.addEventListener('click', () => { this.list.toEnd(); this.scroller.focus({ preventScroll: true }) })
    this.listen()
  }

  stop() { this.list.stop() }

  say(message: Message) {
    if (this.list.get(message.id)) return this.list.replace({ ...message, tally: this.list.get(message.id)?.tally ?? [] })
    this.list.append(message)
  }

  announce(message: Message) { this.speaker.say(message) }
  find(id: string): Message | undefined { return this.list.get(id) }
  update(message: Message) { this.list.replace(message) }
  all(): readonly Message[] { return this.list.all() }
  toEnd() { this.list.toEnd() }
  /** hold keeps the rows in their place. */
  hold(isHeld: boolean) { this.list.hold(isHeld) }

  remove(id: string) {
    if (this.current === id) this.walkTo(undefined)
    this.list.remove(id)
  }

  clear() {
    this.hasOlder = true
    this.list.clear()
  }

  /** tellEmpty says what to do where nothing was said yet. */
  tellEmpty(text: string) { this.empty.textContent = text }

  /** redraw draws all rows again: what they depend on changed. */
  redraw() { for (const message of this.list.all()) if (this.list.element(message.id)) this.list.replace(message) }

  show(id: string) {
    const row = this.list.show(id)
    if (!row) return
    row.classList.add('is-shown')
    row.focus({ preventScroll: true })
    setTimeout(() => row.classList.remove('is-shown'), 2000)
  }

  private changed(isAtEnd: boolean, unseen: number) {
    this.empty.hidden = this.list.size > 0
    this.more.hidden = isAtEnd
    const { messages } = this.scene
    const words = unseen > 0 ? messages.t('chat.new-messages', { n: unseen }) : messages.t('chat.to-end')
    if (!isAtEnd && this.more.textContent !== words) this.more.replaceChildren(icon(arrow), words)
  }

  private async loadOlder() {
    if (this.isLoading || !this.hasOlder || this.list.size === 0) return
    this.isLoading = true
    const found = await this.deeds.older()
    this.hasOlder = found.length > 0
    this.list.prepend(found)
    this.isLoading = false
  }

  private listen() {
    this.rows.addEventListener('click', event => {
      const target = event.target as Element
      const shown = target.closest<HTMLElement>('[data-show]')?.dataset.show
      if (shown) return this.show(shown)
      const row = target.closest<HTMLElement>('.chat-row')
      const message = this.list.get(row?.dataset.id ?? '')
      const emoji = target.closest<HTMLElement>('.chat-chip')?.dataset.emoji
      if (message && emoji) this.deeds.react(message, emoji)
      else if (message && !target.closest('a, button')) this.walkTo(message.id, false)
    })
    this.rows.addEventListener('pointerover', event => {
      if (event.pointerType !== 'mouse') return
      const row = (event.target as Element).closest<HTMLElement>('.chat-row')
      if (row && !this.element.contains(document.activeElement)) this.deeds.focused(this.list.get(row.dataset.id ?? ''), row)
    })
    this.element.addEventListener('focusin', event => {
      const row = (event.target as Element).closest<HTMLElement>('.chat-row')
      if (!row) return
      this.current = row.dataset.id ?? ''
      this.list.hold(true)
      this.deeds.focused(this.list.get(this.current), row)
    })
    this.element.addEventListener('focusout', event => {
      if (event.relatedTarget instanceof Node && this.rows.contains(event.relatedTarget)) return
      this.list.hold(false)
      this.deeds.focused(undefined, undefined)
    })
    this.element.addEventListener('pointerleave', () => { if (!this.rows.contains(document.activeElement)) this.deeds.focused(undefined, undefined) })
    this.scroller.addEventListener('keydown', event => this.walk(event))
  }

  /** walk moves from message to message with the arrow keys, as lists do. */
  private walk(event: KeyboardEvent) {
    const isOnRow = event.target === this.scroller || (event.target as Element).classList.contains('chat-row')
    if (!isOnRow || event.altKey || event.ctrlKey || event.metaKey) return
    const all = this.list.all()
    const at = all.findIndex(m => m.id === this.current)
    const last = all.length - 1
    const next: Record<string, number> = { ArrowUp: at < 0 ? last : at - 1, ArrowDown: at < 0 ? last : at + 1, Home: 0, End: last }
    if (event.key === 'Escape') return this.walkTo(undefined)
    const to = next[event.key]
    if (to === undefined) return
    event.preventDefault()
    if (to > last || event.key === 'End') { this.walkTo(undefined); return this.list.toEnd() }
    this.walkTo(all[Math.max(0, to)]?.id)
  }

  private walkTo(id: string | undefined, scrolls = true) {
    this.current = id ?? ''
    if (!id) return this.scroller.focus({ preventScroll: true })
    const row = this.list.element(id) ?? this.list.show(id)
    row?.focus({ preventScroll: true })
    if (scrolls) row?.scrollIntoView({ block: 'nearest' })
  }
}
