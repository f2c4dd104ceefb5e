import dots from 'lucide-static/icons/ellipsis.svg'
import reply from 'lucide-static/icons/reply.svg'
import smile from 'lucide-static/icons/smile-plus.svg'
import type { Messages } from '../messages'
import { make } from '../page'
import type { Message } from './message'
import { icon } from './row'
import { excerpt } from './text'

/** Action is something that can be done with a message. */
export interface Action { label: string, isDangerous?: boolean, url?: string, run?(): void }

/** Doer knows what can be done. */
export interface Doer {
  messages: Messages
  canReply(message: Message): boolean
  reply(message: Message): void
  pickEmoji(opener: HTMLElement, message: Message): void
  react(message: Message, emoji: string): void
  actions(message: Message): Action[]
}

const quick = ['👍', '❤️', '😂', '😮', '😢', '🎉']

/** Actions are the buttons of the message that is pointed at or has the focus, and the sheet with all that can be done with it. */
export class Actions {
  private readonly bar = make('div', { className: 'chat-actions' })
  private readonly sheet = make('dialog', { className: 'dialog chat-sheet' })
  private message: Message | undefined

  constructor(private readonly doer: Doer, private readonly home: HTMLElement) {
    const { messages } = doer
    this.bar.setAttribute('role', 'group')
    this.bar.setAttribute('aria-label', messages.t('chat.actions'))
    this.sheet.addEventListener('click', event => { if (event.target === this.sheet) this.sheet.close() })
    this.sheet.addEventListener('close', () => this.sheet.replaceChildren())
  }

  /** showFor puts the buttons on a message; without one they are gone. */
  showFor(message: Message | undefined, row: HTMLElement | undefined) {
    if (!message || !row) {
      this.message = undefined
      return this.bar.remove()
    }
    if (this.message?.id === message.id && this.bar.parentElement === row) return
    this.message = message
    const { messages } = this.doer
    const buttons: HTMLElement[] = []
    if (this.doer.canReply(message)) {
      buttons.push(this.button(smile, messages.t('chat.react'), opener => this.doer.pickEmoji(opener, message)))
      buttons.push(this.button(reply, messages.t('chat.reply'), () => this.doer.reply(message)))
    }
    buttons.push(this.button(dots, messages.t('chat.more'), () => this.open(message, row)))
    this.bar.replaceChildren(...buttons)
    row.append(this.bar)
  }

  private button(svg: string, label: string, run: (button: HTMLElement) => void): HTMLElement {
    const button = make('button', { type: 'button', className: 'chat-icon-button', title: label }, icon(svg))
    button.setAttribute('aria-label', label)
    button.addEventListener('click', () => run(button))
    return button
  }

  private open(message: Message, row: HTMLElement) {
    const { doer, sheet } = this
    const parts: HTMLElement[] = [make('p', { className: 'chat-sheet-title' }, make('strong', { textContent: message.nick }), ' ', excerpt(message.body))]
    if (doer.canReply(message)) {
      parts.push(make('div', { className: 'chat-quick' }, ...quick.map(emoji => {
        const one = make('button', { type: 'button', textContent: emoji })
        one.setAttribute('aria-label', doer.messages.t('chat.react-with', { emoji }))
        one.addEventListener('click', () => { sheet.close(); doer.react(message, emoji) })
        return one
      })))
    }
    parts.push(make('ul', {}, ...doer.actions(message).map(action => make('li', {}, this.item(action)))))
    sheet.setAttribute('aria-label', doer.messages.t('chat.actions'))
    sheet.replaceChildren(...parts)
    this.home.append(sheet)
    sheet.showModal()
    sheet.addEventListener('close', () => { if (row.isConnected) row.focus({ preventScroll: true }) }, { once: true })
  }

  private item(action: Action): HTMLElement {
    const className = action.isDangerous ? 'menu-item is-danger' : 'menu-item'
    if (action.url) return make('a', { className, href: action.url, target: '_blank', rel: 'noopener', textContent: action.label })
    const button = make('button', { type: 'button', className, textContent: action.label })
    button.addEventListener('click', () => { this.sheet.close(); action.run?.() })
    return button
  }
}

/** askReason asks a moderator whether to do something, and why; undefined: not. */
export function askReason(home: HTMLElement, title: string, doIt: string, messages: Messages): Promise<string | undefined> {
  const dialog = make('dialog', { className: 'dialog' })
  const reason = make('input', { className: 'input', id: 'chat-reason', maxLength: 300, autocomplete: 'off' })
  const cancel = make('button', { type: 'button', className: 'button', textContent: messages.t('chat.cancel') })
  cancel.addEventListener('click', () => dialog.close())
  const heading = make('h2', { textContent: title, id: 'chat-reason-title' })
  dialog.setAttribute('aria-labelledby', heading.id)
  dialog.append(make('form', { method: 'dialog', className: 'dialog-body' }, heading,
    make('div', { className: 'field' }, make('label', { className: 'field-label', htmlFor: reason.id, textContent: messages.t('chat.reason') }), reason),
    make('div', { className: 'form-actions' }, make('button', { className: 'button is-danger', value: 'yes', textContent: doIt }), cancel)))
  home.append(dialog)
  dialog.showModal()
  return new Promise(resolve => dialog.addEventListener('close', () => {
    resolve(dialog.returnValue === 'yes' ? reason.value.trim() : undefined)
    dialog.remove()
  }, { once: true }))
}
