import { keep, kept, make } from '../page'
import type { Messages } from '../messages'
import type { Message } from './message'

const quietKey = 'lucarne.chat.quiet'
const every = 1500 // milliseconds between two announcements
const atOnce = 3 // messages that are read out; more are counted

/** Speaker reads new messages to screen readers, no faster than can be listened to, and is silent when its user wants it to be. */
export class Speaker {
  readonly element = make('div', { className: 'visually-hidden' })
  private waiting: Message[] = []
  private timer: number | undefined

  constructor(private readonly messages: Messages) {
    this.element.setAttribute('role', 'log')
    this.element.setAttribute('aria-live', 'polite')
    this.element.setAttribute('aria-relevant', 'additions')
    this.element.setAttribute('aria-label', messages.t('chat.announcements'))
  }

  get isQuiet(): boolean { return kept(quietKey) === 'yes' }

  /** hush switches reading out off and on. */
  hush(isQuiet: boolean) {
    keep(quietKey, isQuiet ? 'yes' : null)
    this.waiting = []
    this.tell(this.messages.t(isQuiet ? 'chat.quiet-on' : 'chat.quiet-off'))
  }

  say(message: Message) {
    if (this.isQuiet) return
    this.waiting.push(message)
    this.timer ??= window.setTimeout(() => this.speak(), every)
  }

  /** tell reads something of the page's own. */
  tell(text: string) {
    this.element.append(make('p', { textContent: text }))
    while (this.element.children.length > 6) this.element.firstElementChild?.remove()
  }

  private speak() {
    this.timer = undefined
    const waiting = this.waiting.splice(0)
    const { messages } = this
    for (const { nick, body } of waiting.slice(-atOnce)) this.tell(messages.t('chat.says', { nick, text: body }))
    if (waiting.length > atOnce) this.tell(messages.t('chat.and-more', { n: waiting.length - atOnce }))
  }
}
