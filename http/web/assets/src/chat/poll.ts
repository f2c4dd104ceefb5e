import bars from 'lucide-static/icons/chart-column.svg'
import cross from 'lucide-static/icons/x.svg'
import { clock, type Messages } from '../messages'
import { make } from '../page'
import type { Poll } from './message'
import { icon } from './row'

const shownAfterEnd = 60_000

/** PollBox is the question above the messages, with its votes as they come. */
export class PollBox {
  readonly element = make('section', { className: 'chat-poll', hidden: true })
  private poll: Poll | undefined
  private chosen = ''
  private dismissed = ''
  private note = ''
  private timer: number | undefined

  constructor(private readonly messages: Messages, private readonly vote: ((choice: string) => Promise<string>) | undefined) {
    this.element.setAttribute('aria-label', messages.t('chat.poll'))
    this.element.addEventListener('click', event => {
      const choice = (event.target as Element).closest<HTMLElement>('[data-choice]')?.dataset.choice
      if (choice) void this.choose(choice)
      if ((event.target as Element).closest('[data-dismiss]')) this.dismiss()
    })
  }

  stop() { clearTimeout(this.timer) }

  clear() {
    this.poll = undefined
    this.draw()
  }

  show(poll: Poll) {
    if (poll.id !== this.poll?.id) this.chosen = this.note = ''
    // The votes of a poll come without its words when they are known already.
    const known = this.poll?.id === poll.id ? this.poll : undefined
    this.poll = { ...poll, question: poll.question || known?.question || '' }
    this.draw()
  }

  private async choose(choice: string) {
    if (!this.vote || !this.poll || this.poll.isOver) return
    const before = this.chosen
    this.chosen = choice
    this.draw(choice)
    const problem = await this.vote(choice)
    if (problem) this.chosen = before
    this.note = problem || this.messages.t('chat.voted')
    this.draw(choice)
  }

  private dismiss() {
    this.dismissed = this.poll?.id ?? ''
    this.draw()
  }

  private draw(focused = '') {
    clearTimeout(this.timer)
    const { poll, messages } = this
    const isGone = !poll || poll.id === this.dismissed || poll.isOver && Date.now() - poll.endsAt.valueOf() > shownAfterEnd
    this.element.hidden = isGone
    if (isGone) return this.element.replaceChildren()
    this.timer = window.setTimeout(() => this.draw(), 1000)
    const left = Math.max(0, Math.round((poll.endsAt.valueOf() - Date.now()) / 1000))
    const state = poll.isOver || left === 0 ? messages.t('chat.poll-over') : messages.t('chat.poll-left', { time: clock(left) })
    const close = make('button', { type: 'button', className: 'chat-icon-button', title: messages.t('chat.dismiss') }, icon(cross))
    close.dataset.dismiss = ''
    close.setAttribute('aria-label', messages.t('chat.dismiss'))
    const hadFocus = focused || (document.activeElement as HTMLElement | null)?.closest('.chat-poll') && (document.activeElement as HTMLElement).dataset.choice
    this.element.replaceChildren(
      make('div', { className: 'chat-box-head' }, icon(bars), make('h3', { textContent: poll.question, dir: 'auto' }), close),
      make('ul', {}, ...poll.choices.map(choice => make('li', {}, this.choice(choice, poll)))),
      make('p', { className: 'soft' }, messages.t('chat.votes', { n: poll.votes }), ' · ', state, this.note ? ` · ${this.note}` : '')
    )
    if (hadFocus) this.element.querySelector<HTMLElement>(`[data-choice="${CSS.escape(hadFocus)}"]`)?.focus()
  }

  private choice({ number, label, votes }: Poll['choices'][number], poll: Poll): HTMLElement {
    const share = poll.votes > 0 ? Math.round(votes / poll.votes * 100) : 0
    const isOpen = this.vote !== undefined && !poll.isOver
    const button = make(isOpen ? 'button' : 'div', { className: 'chat-choice' }) as HTMLElement
    if (isOpen) {
      button.setAttribute('type', 'button')
      button.setAttribute('aria-pressed', String(this.chosen === number))
      button.dataset.choice = number
    }
    button.style.setProperty('--share', `${share}%`)
    button.append(make('span', { textContent: label, dir: 'auto' }), make('span', { className: 'numeric', textContent: `${share} %` }))
    return button
  }
}
