import type { Messages } from '../messages'
import { make } from '../page'
import { emojiGroups, emojiLike, type CustomEmoji } from './emoji'

/** Picker is a small box of emoji: the channel's own first, then the usual ones by group, with a search. */
export class Picker {
  readonly element = make('div', { className: 'chat-picker', hidden: true })
  private readonly search = make('input', { className: 'input', type: 'search', autocomplete: 'off' })
  private readonly tabs = make('div', { className: 'chat-picker-tabs' })
  private readonly box = make('div', { className: 'chat-picker-box' })
  private taken: (emoji: string) => void = () => undefined
  private opener: HTMLElement | undefined

  constructor(private readonly messages: Messages, private readonly custom: CustomEmoji, private readonly need: () => void, signal: AbortSignal) {
    this.element.setAttribute('role', 'dialog')
    this.element.setAttribute('aria-label', messages.t('chat.emoji'))
    this.search.placeholder = messages.t('chat.emoji-search')
    this.search.setAttribute('aria-label', messages.t('chat.emoji-search'))
    this.element.append(this.search, this.tabs, this.box)
    this.search.addEventListener('input', () => this.find())
    this.element.addEventListener('keydown', event => this.key(event))
    this.box.addEventListener('click', event => {
      const emoji = (event.target as Element).closest<HTMLElement>('button')?.dataset.emoji
      if (emoji) this.taken(emoji)
    })
    document.addEventListener('pointerdown', event => {
      const target = event.target as Node
      if (!this.element.hidden && !this.element.contains(target) && !this.opener?.contains(target)) this.close(false)
    }, { signal })
  }

  get isOpen(): boolean { return !this.element.hidden }

  /** open shows the box; what is chosen goes to taken until it is closed. */
  open(opener: HTMLElement, taken: (emoji: string) => void) {
    this.need()
    this.opener = opener
    this.taken = taken
    this.element.hidden = false
    opener.setAttribute('aria-expanded', 'true')
    this.search.value = ''
    this.show(this.custom.size > 0 ? '' : emojiGroups[0]!.key)
    this.search.focus()
  }

  close(returnsFocus = true) {
    if (this.element.hidden) return
    this.element.hidden = true
    this.opener?.setAttribute('aria-expanded', 'false')
    if (returnsFocus) this.opener?.focus()
  }

  private show(key: string) {
    this.drawTabs(key)
    const list = key ? emojiGroups.find(g => g.key === key)?.emoji ?? [] : [...this.custom.keys()].map(name => [`:${name}:`, name] as const)
    this.fill(list.map(([emoji, name]) => ({ emoji, name })))
  }

  private find() {
    if (!this.search.value.trim()) return this.show(this.custom.size > 0 ? '' : emojiGroups[0]!.key)
    this.fill(emojiLike(this.search.value.trim(), this.custom, 60).map(one => ({ emoji: one.text, name: one.label.replaceAll(':', '') })))
  }

  private drawTabs(current: string) {
    const own = this.custom.size > 0 ? [{ key: '', icon: `:${[...this.custom.keys()][0]}:` }] : []
    this.tabs.replaceChildren(...[...own, ...emojiGroups].map(({ key, icon }) => {
      const tab = make('button', { type: 'button', title: this.groupName(key) }, this.picture(icon))
      tab.setAttribute('aria-label', this.groupName(key))
      tab.setAttribute('aria-pressed', String(key === current))
      tab.addEventListener('click', () => { this.search.value = ''; this.show(key); (this.tabs.querySelector<HTMLElement>('[aria-pressed="true"]'))?.focus() })
      return tab
    }))
  }

  private groupName(key: string): string {
    const { messages } = this
    switch (key) {
      case 'faces': return messages.t('chat.emoji-faces')
      case 'hands': return messages.t('chat.emoji-hands')
      case 'hearts': return messages.t('chat.emoji-hearts')
      case 'nature': return messages.t('chat.emoji-nature')
      case 'food': return messages.t('chat.emoji-food')
      case 'things': return messages.t('chat.emoji-things')
      case 'signs': return messages.t('chat.emoji-signs')
    }
    return messages.t('chat.emoji-own')
  }

  private picture(emoji: string): Node | string {
    const src = this.custom.get(emoji.replaceAll(':', ''))
    return src ? make('img', { className: 'chat-emoji', src, alt: '', loading: 'lazy' }) : emoji
  }

  private fill(list: { emoji: string, name: string }[]) {
    if (list.length === 0) return this.box.replaceChildren(make('p', { className: 'soft', textContent: this.messages.t('chat.emoji-none') }))
    this.box.replaceChildren(...list.map(({ emoji, name }) => {
      const button = make('button', { type: 'button', title: `:${name}:` }, this.picture(emoji))
      button.dataset.emoji = emoji
      button.setAttribute('aria-label', name.replaceAll('_', ' '))
      return button
    }))
    this.box.scrollTop = 0
  }

  /** key moves among the emoji with the arrow keys. */
  private key(event: KeyboardEvent) {
    if (event.key === 'Escape') { event.preventDefault(); event.stopPropagation(); return this.close() }
    const buttons = [...this.box.querySelectorAll('button')]
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement)
    const columns = Math.max(1, getComputedStyle(this.box).gridTemplateColumns.split(' ').length)
    const steps: Record<string, number> = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }
    const step = steps[event.key]
    if (step === undefined || at < 0 && event.key !== 'ArrowDown') return
    event.preventDefault()
    const to = at < 0 ? 0 : at + step
    if (to < 0) this.search.focus()
    else buttons[Math.min(to, buttons.length - 1)]?.focus()
  }
}
