import pin from 'lucide-static/icons/pin.svg'
import info from 'lucide-static/icons/info.svg'
import cross from 'lucide-static/icons/x.svg'
import type { Messages } from '../messages'
import { keep, kept, make } from '../page'
import type { Pinned, Terms } from './message'
import { icon } from './row'
import { excerpt, render, type Reader } from './text'

const termsKey = 'lucarne.chat.terms'
const termsKept = 40

/** fingerprint tells texts apart (FNV-1a): which terms were read is kept by it. */
function fingerprint(text: string): string {
  let hash = 0x811c9dc5
  for (const letter of text) hash = Math.imul(hash ^ letter.codePointAt(0)!, 0x01000193)
  return (hash >>> 0).toString(36)
}

function readTerms(): string[] { return (kept(termsKey) ?? '').split(' ').filter(Boolean) }

/** Boxes are what stands above the messages: terms until they were read, and the pinned message. */
export class Boxes {
  readonly element = make('div', { className: 'chat-boxes' })
  private readonly terms = make('div', { className: 'chat-terms-boxes' })
  private readonly pinned = make('div', { className: 'chat-pinned', hidden: true })
  private shownPin = ''
  private hiddenPin = ''

  constructor(private readonly messages: Messages, private readonly reader: Reader, private readonly show: (id: string) => void) {
    this.element.append(this.terms, this.pinned)
  }

  /** tell shows terms, unless they were read in this browser. */
  tell({ type, text }: Terms) {
    this.terms.querySelector(`[data-type="${type}"]`)?.remove()
    const mark = fingerprint(text)
    if (!text.trim() || readTerms().includes(mark)) return
    const box = make('section', { className: 'chat-terms' })
    box.dataset.type = type
    const title = this.messages.t(type === 'global' ? 'chat.terms-site' : 'chat.terms-channel')
    box.setAttribute('aria-label', title)
    const read = make('button', { type: 'button', className: 'button is-small', textContent: this.messages.t('chat.terms-read') })
    read.addEventListener('click', () => {
      keep(termsKey, [...readTerms(), mark].slice(-termsKept).join(' '))
      box.remove()
    })
    const words = make('p', { className: 'chat-terms-text' }, ...render(text, { ...this.reader, own: '' }))
    words.dir = 'auto'
    box.append(make('div', { className: 'chat-box-head' }, icon(info), make('h3', { textContent: title })), words, read)
    this.terms.append(box)
  }

  pin(pinned: Pinned | null) {
    this.shownPin = pinned?.id ?? ''
    this.pinned.hidden = !pinned || pinned.id === this.hiddenPin
    if (!pinned) return this.pinned.replaceChildren()
    const { messages } = this
    const button = make('button', { type: 'button', className: 'chat-pinned-text', title: pinned.text })
    button.append(make('span', { className: 'visually-hidden', textContent: messages.t('chat.pinned') }), make('strong', { textContent: pinned.nick }), ' ', excerpt(pinned.text, 240))
    button.addEventListener('click', () => this.show(pinned.id))
    const close = make('button', { type: 'button', className: 'chat-icon-button', title: messages.t('chat.dismiss') }, icon(cross))
    close.setAttribute('aria-label', messages.t('chat.dismiss'))
    close.addEventListener('click', () => { this.hiddenPin = this.shownPin; this.pinned.hidden = true })
    this.pinned.replaceChildren(icon(pin), button, close)
  }
}
