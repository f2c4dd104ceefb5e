import type { Messages } from '../messages'
import { keep, kept, make } from '../page'

const nickKey = 'lucarne.chat.nickname'
const keptFor = 12 * 60 * 60 * 1000
const maxNick = 40

/** keptNick is the nickname a visitor chose in this browser, for twelve hours. */
export function keptNick(): string {
  const [until = '', ...nick] = (kept(nickKey) ?? '').split(' ')
  return Number(until) > Date.now() ? nick.join(' ') : ''
}

/** keepNick remembers it, or forgets it when empty. */
export function keepNick(nick: string) { keep(nickKey, nick ? `${Date.now() + keptFor} ${nick}` : null) }

/** Gate stands where the composer would while one cannot write: it asks visitors for a nickname, or says why not. */
export class Gate {
  readonly element = make('div', { className: 'chat-gate' })
  private readonly problem = make('p', { className: 'chat-problem' })

  constructor(private readonly messages: Messages, private readonly signInUrl: string, private readonly choose: (nick: string) => void) {
    this.problem.setAttribute('role', 'alert')
  }

  tell(text: string) { this.problem.textContent = text }

  /** ask asks for a nickname; cancelled is told when there is one to keep. */
  ask(wanted: string, cancelled?: () => void) {
    const { messages } = this
    const input = make('input', { className: 'input', id: 'chat-nickname', value: wanted, maxLength: maxNick, required: true })
    input.setAttribute('autocapitalize', 'none')
    input.setAttribute('autocomplete', 'nickname')
    const buttons: HTMLElement[] = [make('button', { className: 'button is-primary', textContent: messages.t('chat.nickname-take') })]
    if (cancelled) {
      const cancel = make('button', { type: 'button', className: 'button is-quiet', textContent: messages.t('chat.cancel') })
      cancel.addEventListener('click', cancelled)
      buttons.push(cancel)
    }
    const form = make('form', {}, make('label', { htmlFor: input.id, textContent: messages.t('chat.nickname-label') }), make('div', { className: 'chat-gate-row' }, input, ...buttons))
    form.addEventListener('submit', event => {
      event.preventDefault()
      const nick = input.value.trim().replace(/\s+/g, ' ')
      this.tell('')
      if (nick) this.choose(nick)
    })
    this.element.replaceChildren(form, this.problem, ...this.signIn(messages.t('chat.or-sign-in')))
    if (cancelled) input.select()
  }

  /** note says why one only reads. */
  note(text: string, offersSignIn: boolean) {
    this.element.replaceChildren(make('p', { textContent: text }), this.problem, ...offersSignIn ? this.signIn(this.messages.t('chat.sign-in')) : [])
  }

  private signIn(text: string): HTMLElement[] {
    return this.signInUrl ? [make('a', { className: 'chat-sign-in', href: this.signInUrl, textContent: text, target: '_top' })] : []
  }
}
