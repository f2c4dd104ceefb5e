import { make } from '../page'
import { emojiLike, type CustomEmoji, type Suggestion } from './emoji'

/** Source is what suggestions are made of. */
export interface Source {
  nicks(): string[]
  custom: CustomEmoji
}

const most = 6

/** Completion offers nicknames after "@" and emoji after ":" while one types; the arrow keys choose, Tab or Enter takes. */
export class Completion {
  readonly element = make('ul', { className: 'chat-completion', hidden: true })
  private found: Suggestion[] = []
  private from = 0
  private chosen = 0

  constructor(private readonly input: HTMLTextAreaElement, private readonly source: Source, label: string, id: string) {
    this.element.id = id
    this.element.setAttribute('role', 'listbox')
    this.element.setAttribute('aria-label', label)
    input.setAttribute('aria-autocomplete', 'list')
    input.setAttribute('aria-controls', id)
    input.addEventListener('input', () => this.look())
    input.addEventListener('blur', () => setTimeout(() => this.close(), 150))
    this.element.addEventListener('pointerdown', event => {
      event.preventDefault() // the focus stays in the text
      const option = (event.target as Element).closest<HTMLElement>('[role="option"]')
      if (option) this.take(Number(option.dataset.at))
    })
  }

  get isOpen(): boolean { return !this.element.hidden }

  /** key handles a key, and reports whether it did. */
  key(event: KeyboardEvent): boolean {
    if (!this.isOpen || event.key === 'Enter' && this.isWritten()) return false
    switch (event.key) {
      case 'ArrowDown': this.choose((this.chosen + 1) % this.found.length); break
      case 'ArrowUp': this.choose((this.chosen + this.found.length - 1) % this.found.length); break
      case 'Tab':
      case 'Enter': this.take(this.chosen); break
      case 'Escape': this.close(); break
      default: return false
    }
    event.preventDefault()
    return true
  }

  /** isWritten tells whether the suggestion stands there already: Enter is meant for the message then. */
  private isWritten(): boolean {
    const { value, selectionStart } = this.input
    return this.found[this.chosen]?.text.toLowerCase() === value.slice(this.from, selectionStart).toLowerCase()
  }

  close() {
    this.element.hidden = true
    this.input.removeAttribute('aria-activedescendant')
  }

  private look() {
    const { value, selectionStart } = this.input
    const match = /(?:^|\s)([@:])([^\s@:]{0,30})$/u.exec(value.slice(0, selectionStart))
    this.found = match ? this.suggest(match[1] ?? '', match[2] ?? '') : []
    if (this.found.length === 0) return this.close()
    this.from = selectionStart - (match?.[2]?.length ?? 0) - 1
    this.draw()
  }

  private suggest(sign: string, typed: string): Suggestion[] {
    if (sign === ':') return typed.length < 2 ? [] : emojiLike(typed, this.source.custom, most)
    const wanted = typed.toLowerCase()
    // Who is named must be one word: that is how messages are read.
    const nicks = this.source.nicks().filter(nick => !/\s/.test(nick) && nick.toLowerCase().startsWith(wanted))
    return nicks.slice(0, most).map(nick => ({ text: '@' + nick, label: '@' + nick }))
  }

  private draw() {
    this.element.replaceChildren(...this.found.map((one, at) => {
      const option = make('li', { id: `${this.element.id}-${at}` })
      option.setAttribute('role', 'option')
      option.dataset.at = String(at)
      if (one.picture) option.append(make('img', { className: 'chat-emoji', src: one.picture, alt: '' }))
      else if (one.emoji) option.append(make('span', { textContent: one.emoji }))
      option.append(one.label)
      return option
    }))
    this.element.hidden = false
    this.choose(0)
  }

  private choose(at: number) {
    this.chosen = at
    Array.from(this.element.children).forEach((option, i) => option.setAttribute('aria-selected', String(i === at)))
    this.input.setAttribute('aria-activedescendant', `${this.element.id}-${at}`)
  }

  private take(at: number) {
    const one = this.found[at]
    this.close()
    if (!one) return
    this.input.setRangeText(one.text + ' ', this.from, this.input.selectionStart, 'end')
    this.input.dispatchEvent(new Event('input', { bubbles: true }))
  }
}
