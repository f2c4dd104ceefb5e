import { Messages } from '../messages'
import { dataOf, keep, kept, make } from '../page'
import { send } from './actions'
import { MessageList, reach } from './list'
import { Stream, type Change } from './stream'

interface Settings { messages: Record<string, string | Record<string, string>> }

const keysOff = 'lucarne.moderation.keys-off'
const mostRows = 200 // on the page
const mostWaiting = 100
const mostHeldBack = 500 // messages that come while the list stands still

/** What went wrong, by the status of the answer. */
const problems: Record<number, string> = {
  401: 'moderationlive.signed-out', 403: 'moderationlive.forbidden', 404: 'moderationlive.gone', 422: 'moderationlive.refused'
}

/** The moderator's view of a room: what is said and what waits, moved by events and by single keys. See messagesContent. */
class Moderation extends HTMLElement {
  private readonly words = new Messages(dataOf<Settings>(this).messages)
  private readonly acts = this.piece<HTMLFormElement>('acts')
  private readonly said = new MessageList(this.piece('said'), mostRows)
  private readonly queue = new MessageList(this.piece('queue'), mostWaiting)
  private readonly status = this.piece('status')
  private readonly newer = this.piece<HTMLButtonElement>('newer')
  private readonly pauseButton = this.piece<HTMLButtonElement>('pause')
  private readonly panel = this.piece('panel')
  private readonly card = this.piece<HTMLDialogElement>('card')
  private readonly stream = new Stream(this.dataset.events ?? '', changes => this.take(changes), isOn => this.lineIs(isOn))
  private readonly hours = new Intl.DateTimeFormat(document.documentElement.lang || undefined, { hour: '2-digit', minute: '2-digit' })
  private readonly moments = new Intl.DateTimeFormat(document.documentElement.lang || undefined, { dateStyle: 'medium', timeStyle: 'short' })
  private selected: HTMLElement | undefined
  private backlog = new Map<number, string>()
  private missed = 0
  private isPaused = false
  private isHovered = false

  connectedCallback() {
    this.acts.addEventListener('submit', event => this.submitted(event, this.acts))
    this.addEventListener('submit', event => {
      const form = event.target as HTMLFormElement
      if (form.matches('[data-send]')) this.submitted(event, form)
    })
    const keysSwitch = this.piece<HTMLInputElement>('keys')
    keysSwitch.checked = kept(keysOff) === null
    keysSwitch.addEventListener('change', () => keep(keysOff, keysSwitch.checked ? null : 'yes'))
    document.addEventListener('keydown', this.key)
    this.addEventListener('focusin', event => this.focused(event.target as HTMLElement))
    this.addEventListener('click', event => this.clicked(event))
    const list = this.said.element
    list.addEventListener('pointerenter', event => { this.isHovered = event.pointerType === 'mouse' })
    list.addEventListener('pointerleave', () => {
      this.isHovered = false
      this.catchUp()
    })
    list.addEventListener('focusout', () => requestAnimationFrame(() => this.catchUp()))
    this.newer.addEventListener('click', () => this.toEnd())
    this.pauseButton.addEventListener('click', () => this.pause(!this.isPaused))
    this.localise(this.acts)
    this.select(this.queue.all()[0] ?? this.said.all().at(-1))
    this.scrollToEnd()
    this.stream.open()
  }

  disconnectedCallback() {
    document.removeEventListener('keydown', this.key)
    this.stream.close()
  }

  private piece<E extends HTMLElement = HTMLElement>(name: string): E {
    const found = this.querySelector<E>(`[data-${name}]`)
    if (!found) throw new Error(`the moderator's view has no ${name}`)
    return found
  }

  /** isStill says whether the list must not move: somebody points at it, or works in it. */
  private get isStill() { return this.isPaused || this.isHovered || this.said.element.contains(document.activeElement) }

  private take(changes: Change[]) {
    const added: { id: number; html: string }[] = []
    const waiting: { id: number; html: string }[] = []
    for (const { do: what, id = 0, html = '' } of changes) {
      switch (what) {
        case 'reset': this.reset(); break
        case 'add':
          this.leaveQueue(id)
          added.push({ id, html })
          break
        case 'wait': waiting.push({ id, html }); break
        case 'replace': this.replace(id, html, added); break
        case 'remove':
          this.drop(id)
          added.splice(0, added.length, ...added.filter(one => one.id !== id))
          waiting.splice(0, waiting.length, ...waiting.filter(one => one.id !== id))
          break
        case 'panel': this.showPanel(html); break
        case 'count': this.showCount(html); break
      }
    }
    if (waiting.length > 0) this.addWaiting(waiting)
    if (added.length > 0) this.addSaid(added)
  }

  private reset() {
    const inList = this.acts.contains(document.activeElement)
    this.said.clear()
    this.queue.clear()
    this.backlog.clear()
    this.missed = 0
    this.selected = undefined
    if (inList) this.acts.querySelector<HTMLElement>('button:not([tabindex])')?.focus()
  }

  private addWaiting(list: { id: number; html: string }[]) {
    this.queue.add(list)
    this.localise(this.queue.element)
    this.countWaiting()
    this.select(this.selected ?? this.queue.all()[0])
  }

  private addSaid(list: { id: number; html: string }[]) {
    if (this.isStill) {
      for (const { id, html } of list) {
        if (this.said.has(id)) this.replace(id, html, [])
        else this.keepBack(id, html)
      }
      this.tellNewer()
      return
    }
    this.appendRows(list)
  }

  private appendRows(list: { id: number; html: string }[]) {
    const gone = this.said.add(list)
    this.localise(this.said.element)
    if (this.selected && gone.includes(this.selected)) this.selected = undefined
    this.select(this.selected ?? this.said.all().at(-1))
    this.scrollToEnd()
  }

  private keepBack(id: number, html: string) {
    this.backlog.set(id, html)
    if (this.backlog.size <= mostHeldBack) return
    const [oldest] = this.backlog.keys()
    this.backlog.delete(oldest!)
    this.missed++
  }

  private tellNewer() {
    const n = this.backlog.size + this.missed
    this.newer.hidden = n === 0
    this.newer.textContent = this.words.t('moderationlive.newer', { n })
  }

  private catchUp() {
    if (this.isStill || this.backlog.size === 0) return
    const list = [...this.backlog].map(([id, html]) => ({ id, html })).slice(-mostRows)
    this.backlog.clear()
    this.missed = 0
    this.tellNewer()
    this.appendRows(list)
  }

  private pause(isPaused: boolean) {
    this.isPaused = isPaused
    this.pauseButton.setAttribute('aria-pressed', String(isPaused))
    this.catchUp()
  }

  /** toEnd leaves the list to itself again. */
  private toEnd() {
    this.pause(false)
    this.isHovered = false
    if (this.said.element.contains(document.activeElement)) this.pauseButton.focus()
    this.catchUp()
    this.scrollToEnd()
  }

  private scrollToEnd() { this.said.element.scrollTop = this.said.element.scrollHeight }

  private replace(id: number, html: string, added: { id: number; html: string }[]) {
    const pending = added.find(one => one.id === id)
    if (pending) pending.html = html
    else if (this.backlog.has(id)) this.backlog.set(id, html)
    else if (this.said.has(id)) this.swap(this.said, id, html)
    else if (this.queue.has(id)) this.swap(this.queue, id, html)
  }

  private swap(list: MessageList, id: number, html: string) {
    const before = list.row(id)
    const hadFocus = before?.contains(document.activeElement)
    const wasSelected = before === this.selected
    list.add([{ id, html }])
    const row = list.row(id)
    if (wasSelected) this.select(row)
    if (hadFocus) row?.focus()
    this.localise(list.element)
  }

  private leaveQueue(id: number) {
    if (this.queue.has(id)) this.takeOut(this.queue, id)
  }

  private drop(id: number) {
    this.backlog.delete(id)
    this.takeOut(this.queue, id)
    this.takeOut(this.said, id)
    this.tellNewer()
  }

  /** takeOut removes a row; who stood on it stands on the next one. */
  private takeOut(list: MessageList, id: number) {
    const row = list.row(id)
    if (!row) return
    const next = (row.nextElementSibling ?? row.previousElementSibling) as HTMLElement | null
    const hadFocus = row.contains(document.activeElement)
    list.remove(id)
    if (row === this.selected) {
      this.selected = undefined
      this.select(next ?? this.queue.all()[0] ?? this.said.all().at(-1))
      if (hadFocus) (this.selected as HTMLElement | undefined)?.focus()
    }
    if (list === this.queue) this.countWaiting()
  }

  private countWaiting() { this.piece('waiting').textContent = String(this.queue.size) }

  private showPanel(html: string) {
    const key = (document.activeElement as HTMLElement | null)?.dataset.key
    const inPanel = this.panel.contains(document.activeElement)
    this.panel.innerHTML = html
    if (inPanel && key) this.panel.querySelector<HTMLElement>(`[data-key="${key}"]`)?.focus()
  }

  private showCount(html: string) {
    const count = this.panel.querySelector('[data-count]')
    if (count) count.textContent = html.trim()
  }

  private lineIs(isOn: boolean) {
    this.toggleAttribute('data-lost', !isOn)
    if (!isOn) this.say(this.words.t('moderationlive.lost'))
    else if (this.status.dataset.about === 'line') this.say('')
    this.status.dataset.about = isOn ? '' : 'line'
  }

  /** say shows words of ours. */
  private say(text: string) {
    this.status.dataset.about = ''
    this.status.replaceChildren(...(text ? [make('p', { textContent: text })] : []))
  }

  private select(row: HTMLElement | undefined) {
    if (this.selected && this.selected !== row) {
      reach(this.selected, false)
      this.selected.classList.remove('is-selected')
    }
    this.selected = row
    if (!row) return
    reach(row, true)
    row.classList.add('is-selected')
  }

  private focused(target: HTMLElement) {
    const row = target.closest<HTMLElement>('.moderation-row')
    if (row) this.select(row)
  }

  private go(row: Element | null | undefined) {
    if (!(row instanceof HTMLElement)) return
    this.select(row)
    row.focus()
  }

  private step(forward: boolean) {
    if (!this.selected) return this.go(this.queue.all()[0] ?? this.said.all().at(-1))
    if (!this.acts.contains(document.activeElement)) return this.go(this.selected)
    const rows = [...this.queue.all(), ...this.said.all()]
    this.go(rows[rows.indexOf(this.selected) + (forward ? 1 : -1)] ?? this.selected)
  }

  /** key does what one key does, wherever on the page, but where somebody writes. */
  private readonly key = (event: KeyboardEvent) => {
    const target = event.target as HTMLElement
    const writes = target.closest('input:not([type="checkbox"]), textarea, select, dialog')
    if (writes || !this.piece<HTMLInputElement>('keys').checked || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return
    const run = this.keys()[event.key.length === 1 ? event.key.toLowerCase() : event.key]
    if (!run || (event.key === ' ' && target.closest('button, a, summary'))) return
    event.preventDefault()
    run()
  }

  private keys(): Record<string, () => void> {
    return {
      j: () => this.step(true), ArrowDown: () => this.step(true), k: () => this.step(false), ArrowUp: () => this.step(false),
      n: () => this.go(this.queue.all().find(row => row !== this.selected) ?? this.queue.all()[0]),
      a: () => this.press('approve'), r: () => this.press('reject'), m: () => this.press('mute'), b: () => this.press('ban'), p: () => this.press('pin'),
      u: () => this.status.querySelector<HTMLElement>('[data-undo]')?.click(),
      c: () => this.selected?.querySelector<HTMLElement>('[data-person]')?.click(),
      ' ': () => this.pause(!this.isPaused), End: () => this.toEnd(),
      '?': () => this.piece<HTMLDetailsElement>('help').toggleAttribute('open')
    }
  }

  private press(name: string) { this.selected?.querySelector<HTMLButtonElement>(`button[name="${name}"]`)?.click() }

  private clicked(event: MouseEvent) {
    const target = event.target as HTMLElement
    const undo = target.closest<HTMLButtonElement>('[data-undo]')
    if (undo) {
      event.preventDefault()
      void this.run(this.acts, undo)
      return
    }
    const person = target.closest<HTMLAnchorElement>('[data-person]')
    if (person && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault()
      void this.showCard(person.href)
    }
    if (target === this.card || target.closest('[data-card-close]')) this.card.close()
  }

  private submitted(event: SubmitEvent, form: HTMLFormElement) {
    event.preventDefault()
    void this.run(form, event.submitter as HTMLButtonElement | null)
  }

  private async run(form: HTMLFormElement, button: HTMLButtonElement | null) {
    const outcome = await send(form, button)
    if (!outcome.isDone) {
      this.say(this.words.t(problems[outcome.status] ?? 'moderationlive.failed'))
      return
    }
    this.status.dataset.about = ''
    this.status.innerHTML = outcome.html
    if (this.card.contains(form)) this.card.close()
    else if (form !== this.acts && !form.closest('[data-panel]')) {
      form.reset()
      form.closest('details')?.removeAttribute('open')
    }
  }

  private async showCard(address: string) {
    const answer = await fetch(address, { headers: { 'HX-Request': 'true' } }).catch(() => undefined)
    if (!answer?.ok) {
      this.say(this.words.t(problems[answer?.status ?? 0] ?? 'moderationlive.failed'))
      return
    }
    const close = make('button', { className: 'button is-square', type: 'button', textContent: '×' })
    close.setAttribute('aria-label', this.words.t('moderationlive.close'))
    close.dataset.cardClose = ''
    const head = make('div', { className: 'moderation-card-head' }, close)
    const body = make('div')
    body.innerHTML = await answer.text()
    this.card.replaceChildren(head, body)
    this.localise(this.card)
    this.card.showModal()
  }

  /** localise writes the hours of new rows on the visitor's clock. */
  private localise(root: ParentNode) {
    for (const time of root.querySelectorAll<HTMLTimeElement>('time[data-local]')) {
      time.textContent = (time.dataset.local === 'time' ? this.hours : this.moments).format(new Date(time.dateTime))
      delete time.dataset.local
    }
  }
}

customElements.define('lucarne-moderation', Moderation)
