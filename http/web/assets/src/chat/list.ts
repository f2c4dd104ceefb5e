import { make } from '../page'

/** Plan says how the items of a list are told apart and drawn. */
export interface Plan<T> {
  key(item: T): string
  draw(item: T): HTMLElement
  /** changed tells whether the end is seen and how many came since it was not. */
  changed(isAtEnd: boolean, unseen: number): void
  /** reachedTop asks for older items. */
  reachedTop?(): void
}

const most = 3000 // items kept
const dropped = 500 // at once
const tail = 80 // rows drawn while the end is followed
const margin = 600 // pixels drawn beyond what is seen
const guess = 34 // height of a row nobody has measured
const near = 48 // pixels from the end that still count as the end

/** VirtualList shows thousands of rows of any height with a bounded number of elements, and follows the end unless one scrolls away. */
export class VirtualList<T> {
  private items: T[] = []
  private readonly index = new Map<string, T>()
  private readonly heights = new Map<string, number>()
  private readonly drawn = new Map<string, HTMLElement>()
  private readonly before = make('div')
  private readonly after = make('div')
  private isFollowing = true
  private isHeld = false
  private unseen = 0
  private frame = 0
  private width = 0
  private readonly observer = new ResizeObserver(() => this.resized())

  constructor(private readonly scroller: HTMLElement, private readonly rows: HTMLElement, private readonly plan: Plan<T>) {
    for (const spacer of [this.before, this.after]) spacer.setAttribute('aria-hidden', 'true')
    scroller.replaceChildren(this.before, rows, this.after)
    scroller.addEventListener('scroll', () => this.scrolled(), { passive: true })
    this.observer.observe(scroller)
  }

  stop() { this.observer.disconnect() }

  get(key: string): T | undefined { return this.index.get(key) }
  get size(): number { return this.items.length }
  all(): readonly T[] { return this.items }

  /** element is that of an item while it is drawn. */
  element(key: string): HTMLElement | undefined { return this.drawn.get(key) }

  append(...items: T[]) {
    for (const item of items) {
      this.items.push(item)
      this.index.set(this.plan.key(item), item)
    }
    if (this.items.length > most) for (const old of this.items.splice(0, dropped)) this.forget(this.plan.key(old))
    if (!this.follows()) this.unseen += items.length
    this.later()
  }

  prepend(items: T[]) {
    const fresh = items.filter(item => !this.index.has(this.plan.key(item)))
    for (const item of fresh) this.index.set(this.plan.key(item), item)
    this.items.unshift(...fresh)
    this.later()
  }

  /** replace puts another form of an item in its place. */
  replace(item: T) {
    const key = this.plan.key(item)
    const at = this.items.findLastIndex(one => this.plan.key(one) === key)
    if (at < 0) return
    this.items[at] = item
    this.index.set(key, item)
    const old = this.drawn.get(key)
    if (!old) { this.heights.delete(key); return }
    const hadFocus = old === document.activeElement
    const row = this.plan.draw(item)
    old.replaceWith(row)
    this.drawn.set(key, row)
    if (hadFocus) row.focus({ preventScroll: true })
    this.later()
  }

  remove(key: string) {
    if (!this.index.has(key)) return
    this.items = this.items.filter(one => this.plan.key(one) !== key)
    this.forget(key)
    this.later()
  }

  clear() {
    for (const key of [...this.index.keys()]) this.forget(key)
    this.items = []
    this.unseen = 0
    this.isFollowing = true
    this.later()
  }

  /** hold keeps rows where they are while somebody does something with one; letting go returns to the end if it was followed. */
  hold(isHeld: boolean) {
    this.isHeld = isHeld
    if (!isHeld) this.later()
  }

  toEnd() {
    this.isFollowing = true
    this.isHeld = false
    this.later()
  }

  /** show brings an item into view and gives its element; undefined when it is not there any more. */
  show(key: string): HTMLElement | undefined {
    const at = this.items.findIndex(one => this.plan.key(one) === key)
    if (at < 0) return undefined
    this.isFollowing = false
    this.draw(Math.max(0, at - tail / 2), Math.min(this.items.length, at + tail / 2))
    const row = this.drawn.get(key)
    row?.scrollIntoView({ block: 'center' })
    return row
  }

  private follows(): boolean { return this.isFollowing && !this.isHeld }

  private forget(key: string) {
    this.index.delete(key)
    this.heights.delete(key)
    this.drawn.get(key)?.remove()
    this.drawn.delete(key)
  }

  private later() {
    // A page in the background draws nothing, and is not asked to.
    this.frame ||= requestAnimationFrame(() => { this.frame = 0; this.layOut() })
  }

  private layOut() {
    if (this.follows()) {
      this.unseen = 0
      this.draw(Math.max(0, this.items.length - tail), this.items.length)
      this.scroller.scrollTop = this.scroller.scrollHeight
    } else {
      this.keepPlace(() => this.draw(...this.range()))
    }
    this.plan.changed(this.follows(), this.unseen)
  }

  /** keepPlace changes what is drawn without moving what is seen. */
  private keepPlace(change: () => void) {
    const top = this.scroller.getBoundingClientRect().top
    const anchors = [...this.drawn].map(([key, row]) => ({ key, top: row.getBoundingClientRect().top })).filter(a => a.top >= top - 200)
    change()
    const kept = anchors.sort((a, b) => a.top - b.top).find(a => this.drawn.get(a.key)?.isConnected)
    if (!kept) return
    const moved = (this.drawn.get(kept.key)?.getBoundingClientRect().top ?? kept.top) - kept.top
    if (Math.abs(moved) > 0.5) this.scroller.scrollTop += moved
  }

  /** range is which items are seen, and some more. */
  private range(): [number, number] {
    const from = this.scroller.scrollTop - margin
    const to = this.scroller.scrollTop + this.scroller.clientHeight + margin
    let y = 0
    let start = this.items.length
    let end = this.items.length
    for (let i = 0; i < this.items.length; i++) {
      const height = this.height(i)
      if (start === this.items.length && y + height >= from) start = i
      if (y > to) { end = i; break }
      y += height
    }
    return [Math.min(start, Math.max(0, this.items.length - 1)), end]
  }

  private height(at: number): number { return this.heights.get(this.plan.key(this.items[at]!)) ?? guess }

  private draw(start: number, end: number) {
    const wanted = this.items.slice(start, end)
    const keys = new Set(wanted.map(item => this.plan.key(item)))
    for (const [key, row] of this.drawn) {
      if (keys.has(key)) continue
      row.remove()
      this.drawn.delete(key)
    }
    let next = this.rows.firstElementChild
    for (const item of wanted) {
      const key = this.plan.key(item)
      const row = this.drawn.get(key)
      if (row && row === next) { next = row.nextElementSibling; continue }
      const placed = row ?? this.plan.draw(item)
      this.rows.insertBefore(placed, next)
      this.drawn.set(key, placed)
    }
    for (const [key, row] of this.drawn) this.heights.set(key, row.offsetHeight)
    this.before.style.blockSize = `${this.sum(0, start)}px`
    this.after.style.blockSize = `${this.sum(end, this.items.length)}px`
  }

  private sum(from: number, to: number): number {
    let total = 0
    for (let i = from; i < to; i++) total += this.height(i)
    return total
  }

  private scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller
    this.isFollowing = scrollHeight - scrollTop - clientHeight < near
    if (scrollTop < margin && !this.isFollowing) this.plan.reachedTop?.()
    if (!this.follows()) this.later()
    else if (this.unseen > 0) this.later()
  }

  private resized() {
    if (this.width !== this.scroller.clientWidth) this.heights.clear()
    this.width = this.scroller.clientWidth
    this.later()
  }
}
