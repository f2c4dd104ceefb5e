import { make } from '../page'

/** enhanceTags turns an input of words with commas into chips. The input stays, hidden, and is what the form sends. */
export function enhanceTags(root: ParentNode) {
  for (const input of root.querySelectorAll<HTMLInputElement>('input[data-tags]')) new Tags(input)
}

class Tags {
  private readonly words: string[]
  private readonly box = make('div', { className: 'input tags-input' })
  private readonly entry: HTMLInputElement

  constructor(private readonly input: HTMLInputElement) {
    this.words = split(input.value)
    this.entry = make('input', { type: 'text', id: input.id, placeholder: input.dataset.add ?? '', autocomplete: 'off' })
    const described = input.getAttribute('aria-describedby')
    if (described) this.entry.setAttribute('aria-describedby', described)
    input.removeAttribute('id')
    input.type = 'hidden'
    input.after(this.box)
    this.entry.addEventListener('keydown', event => this.onKey(event))
    this.entry.addEventListener('blur', () => this.take())
    this.entry.addEventListener('paste', () => setTimeout(() => this.entry.value.includes(',') && this.take()))
    this.draw()
  }

  private onKey(event: KeyboardEvent) {
    if (event.isComposing) return
    if (event.key === ',' || (event.key === 'Enter' && this.entry.value)) {
      event.preventDefault()
      this.take()
    } else if (event.key === 'Backspace' && !this.entry.value) this.remove(this.words.length - 1)
  }

  private take() {
    const limit = Number(this.input.dataset.tags)
    for (const word of split(this.entry.value)) {
      const known = this.words.some(w => w.toLowerCase() === word.toLowerCase())
      if (!known && (limit === 0 || this.words.length < limit)) this.words.push(word)
    }
    const hadFocus = document.activeElement === this.entry
    this.entry.value = ''
    this.draw()
    if (hadFocus) this.entry.focus()
  }

  private remove(index: number) {
    if (index < 0) return
    this.words.splice(index, 1)
    this.draw()
    this.entry.focus()
  }

  private draw() {
    const limit = Number(this.input.dataset.tags)
    this.input.value = this.words.join(',')
    this.entry.disabled = limit > 0 && this.words.length >= limit
    this.box.replaceChildren(...this.words.map((word, i) => this.chip(word, i)), this.entry)
  }

  private chip(word: string, index: number): HTMLElement {
    const button = make('button', { type: 'button', textContent: '×', onclick: () => this.remove(index) })
    button.setAttribute('aria-label', (this.input.dataset.remove ?? '').replace('{tag}', word))
    return make('span', { className: 'tag' }, word, button)
  }
}

function split(text: string): string[] {
  return text.split(',').map(s => s.trim()).filter(Boolean)
}
