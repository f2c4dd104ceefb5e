import cross from 'lucide-static/icons/x.svg'
import plane from 'lucide-static/icons/send.svg'
import smile from 'lucide-static/icons/smile.svg'
import type { Messages } from '../messages'
import { make } from '../page'
import { Completion, type Source } from './completion'
import { withEmoji } from './emoji'
import type { Message } from './message'
import type { Picker } from './picker'
import type { Post } from './room'
import { icon } from './row'
import { excerpt } from './text'

/** Desk is what the composer works with. */
export interface Desk extends Source {
  messages: Messages
  picker: Picker
  isAnnouncer(): boolean
  /** needEmoji says that the channel's own emoji may be wanted now. */
  needEmoji(): void
  send(post: Post): Promise<void>
  explain(problem: unknown, isEdit: boolean): string
  lastOwn(): Message | undefined
  /** wait is for how many seconds nothing may be sent any more, after what was just sent. */
  wait(): number
}

const maxLength = 2000
const maxLines = 6

/** Composer is where messages are written, answered and changed. */
export class Composer {
  readonly element = make('form', { className: 'chat-composer' })
  private readonly input = make('textarea', { rows: 1, maxLength, className: 'chat-input', id: 'chat-input' })
  private readonly context = make('div', { className: 'chat-context', hidden: true })
  private readonly problem = make('p', { className: 'chat-problem' })
  private readonly kind = make('select', { className: 'chat-kind-choice', hidden: true })
  private readonly button = make('button', { type: 'submit', className: 'chat-send' })
  private readonly completion: Completion
  private replyTo: Message | undefined
  private edited: Message | undefined
  private waitUntil = 0
  private timer: number | undefined

  constructor(private readonly desk: Desk) {
    const { messages } = desk
    this.problem.setAttribute('role', 'alert')
    this.input.setAttribute('aria-label', messages.t('chat.write'))
    this.input.placeholder = messages.t('chat.write')
    this.input.enterKeyHint = 'send'
    this.completion = new Completion(this.input, desk, messages.t('chat.suggestions'), 'chat-completion')
    const emoji = make('button', { type: 'button', className: 'chat-icon-button', title: messages.t('chat.emoji') }, icon(smile))
    emoji.setAttribute('aria-label', messages.t('chat.emoji'))
    emoji.setAttribute('aria-expanded', 'false')
    emoji.addEventListener('click', () => desk.picker.isOpen ? desk.picker.close() : desk.picker.open(emoji, one => this.insert(one)))
    this.fillKinds()
    this.drawButton()
    this.element.append(this.completion.element, this.context, this.problem,
      make('div', { className: 'chat-entry' }, make('div', { className: 'chat-entry-box' }, this.input, emoji), this.button), this.kind)
    this.input.addEventListener('input', () => this.typed())
    this.input.addEventListener('keydown', event => this.key(event))
    this.element.addEventListener('submit', event => { event.preventDefault(); void this.submit() })
  }

  stop() { clearInterval(this.timer) }

  focus() { this.input.focus() }

  /** refresh looks again at what we may do. */
  refresh() {
    this.kind.hidden = !this.desk.isAnnouncer()
    if (this.kind.hidden) this.kind.value = ''
  }

  reply(to: Message) {
    this.forget()
    this.replyTo = to
    this.tellContext(this.desk.messages.t('chat.replying-to', { nick: to.nick }), to.body)
  }

  edit(message: Message) {
    this.forget()
    this.edited = message
    this.input.value = message.body
    this.typed()
    this.tellContext(this.desk.messages.t('chat.editing'), '')
    this.input.setSelectionRange(this.input.value.length, this.input.value.length)
  }

  /** named puts a mention where the text is written. */
  mention(nick: string) {
    this.insert(`@${nick} `)
  }

  /** pause lets nothing be sent for some seconds. */
  pause(seconds: number) {
    if (seconds <= 0) return
    this.waitUntil = Math.max(this.waitUntil, Date.now() + seconds * 1000)
    this.timer ??= window.setInterval(() => this.drawButton(), 250)
    this.drawButton()
  }

  tell(text: string) { this.problem.textContent = text }

  private insert(text: string) {
    const { input } = this
    input.setRangeText(text, input.selectionStart, input.selectionEnd, 'end')
    this.typed()
    if (!this.desk.picker.isOpen) input.focus()
  }

  private fillKinds() {
    const { messages } = this.desk
    this.kind.setAttribute('aria-label', messages.t('chat.kind'))
    const choices = [['', messages.t('chat.kind-ordinary')], ['highlight', messages.t('chat.highlight')], ['announcement', messages.t('chat.announcement')], ['warning', messages.t('chat.warning')]]
    this.kind.append(...choices.map(([value = '', text = '']) => make('option', { value, textContent: text })))
  }

  private typed() {
    const { input } = this
    this.tell('')
    if (/(^|\s):\w/.test(input.value)) this.desk.needEmoji()
    input.style.blockSize = 'auto'
    const line = Number.parseFloat(getComputedStyle(input).lineHeight) || 22
    input.style.blockSize = `${Math.min(input.scrollHeight, line * maxLines + 20)}px`
    this.drawButton()
  }

  private key(event: KeyboardEvent) {
    if (event.isComposing || this.completion.key(event)) return
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault()
      this.element.requestSubmit()
    } else if (event.key === 'Escape' && (this.replyTo || this.edited)) {
      event.preventDefault()
      this.forget()
    } else if (event.key === 'ArrowUp' && this.input.value === '') {
      const last = this.desk.lastOwn()
      if (last) { event.preventDefault(); this.edit(last) }
    }
  }

  private tellContext(title: string, text: string) {
    const { messages } = this.desk
    const close = make('button', { type: 'button', className: 'chat-icon-button', title: messages.t('chat.cancel') }, icon(cross))
    close.setAttribute('aria-label', messages.t('chat.cancel'))
    close.addEventListener('click', () => { this.forget(); this.focus() })
    this.context.replaceChildren(make('p', {}, make('strong', { textContent: title }), ' ', excerpt(text)), close)
    this.context.hidden = false
    this.focus()
  }

  private forget() {
    if (this.edited) this.input.value = ''
    this.replyTo = this.edited = undefined
    this.context.hidden = true
    this.context.replaceChildren()
    this.typed()
  }

  private left(): number { return Math.max(0, Math.ceil((this.waitUntil - Date.now()) / 1000)) }

  private drawButton() {
    const left = this.left()
    const { messages } = this.desk
    const isWaiting = left > 0 && !this.edited
    if (left === 0) { clearInterval(this.timer); this.timer = undefined }
    const label = isWaiting ? messages.t('chat.wait', { n: left }) : messages.t('chat.send')
    if (this.button.getAttribute('aria-label') === label) return
    this.button.setAttribute('aria-label', label)
    this.button.title = label
    this.button.setAttribute('aria-disabled', String(isWaiting))
    this.button.replaceChildren(isWaiting ? String(left) : icon(plane))
  }

  private async submit() {
    const body = withEmoji(this.input.value.trim(), this.desk.custom)
    if (!body) return
    if (this.left() > 0 && !this.edited) return this.tell(this.desk.messages.t('chat.error-slow', { n: this.left() }))
    const post: Post = { body, replyTo: this.replyTo, replaces: this.edited, kind: this.kind.value as Message['kind'] }
    const { value } = this.input
    this.input.value = ''
    this.forget()
    this.input.value = ''
    this.typed()
    this.kind.value = ''
    try {
      const sent = this.desk.send(post)
      if (!post.replaces) this.pause(this.desk.wait())
      await sent
    } catch (problem) {
      this.putBack(value, post)
      this.tell(this.desk.explain(problem, post.replaces !== undefined))
    }
  }

  /** putBack gives the words back that were not said, unless others are being written by now. */
  private putBack(value: string, post: Post) {
    if (this.input.value !== '') return
    if (post.replaces) this.edit(post.replaces)
    else if (post.replyTo) this.reply(post.replyTo)
    this.input.value = value
    this.typed()
  }
}
