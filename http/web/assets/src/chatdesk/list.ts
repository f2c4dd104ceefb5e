/** reach says whether the Tab key comes by what a row holds: it does in one row only, or it would take a thousand steps through the page. */
export function reach(row: HTMLElement, isReached: boolean) {
  row.tabIndex = isReached ? 0 : -1
  for (const control of row.querySelectorAll<HTMLElement>('a, button')) control.tabIndex = row.tabIndex
}

/** rowOf makes the row of a message out of its markup, which the server escaped. */
function rowOf(html: string): HTMLElement {
  const template = document.createElement('template')
  template.innerHTML = html
  const row = template.content.firstElementChild as HTMLElement
  reach(row, false)
  return row
}

/** MessageList is a list of rows, one for each message, of which the oldest give way. */
export class MessageList {
  private readonly rows = new Map<number, HTMLElement>()

  constructor(readonly element: HTMLElement, private readonly most: number) {
    for (const row of element.querySelectorAll<HTMLElement>(':scope > li')) {
      reach(row, false)
      this.rows.set(Number(row.dataset.id), row)
    }
  }

  get size() { return this.rows.size }

  has(id: number) { return this.rows.has(id) }

  row(id: number) { return this.rows.get(id) }

  all(): HTMLElement[] { return [...this.element.children] as HTMLElement[] }

  clear() {
    this.rows.clear()
    this.element.replaceChildren()
  }

  /** add puts rows at the end, all at once; a message that is there already is replaced. It gives back those that gave way. */
  add(list: { id: number; html: string }[]): HTMLElement[] {
    const fresh = document.createDocumentFragment()
    for (const { id, html } of list) {
      const row = rowOf(html)
      const before = this.rows.get(id)
      if (before) before.replaceWith(row)
      else fresh.append(row)
      this.rows.set(id, row)
    }
    this.element.append(fresh)
    return this.trim()
  }

  remove(id: number): HTMLElement | undefined {
    const row = this.rows.get(id)
    this.rows.delete(id)
    row?.remove()
    return row
  }

  private trim(): HTMLElement[] {
    const gone: HTMLElement[] = []
    while (this.rows.size > this.most) {
      const row = this.element.firstElementChild as HTMLElement
      this.rows.delete(Number(row.dataset.id))
      row.remove()
      gone.push(row)
    }
    return gone
  }
}
