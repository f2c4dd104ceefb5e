// What every island needs of the page around it.

/** dataOf reads the JSON block inside an element. It throws when the server left it out. */
export function dataOf<T>(element: Element): T {
  const block = element.querySelector(':scope > script[type="application/json"]')
  if (!block) throw new Error(`${element.localName} has no settings`)
  return JSON.parse(block.textContent ?? '') as T
}

/** csrfToken is what a request with the session cookie must carry as X-CSRF-Token. */
export function csrfToken(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? ''
}

/** kept reads a value kept in this browser; null when there is none or storage is refused. */
export function kept(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

/** keep stores a value in this browser, or forgets it when null. A browser that refuses storage forgets at once. */
export function keep(key: string, value: string | null) {
  try {
    if (value === null) localStorage.removeItem(key)
    else localStorage.setItem(key, value)
  } catch {
    // Private windows and full storage: the page works without memory.
  }
}

/** make creates an element with properties and children. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K, properties: Partial<HTMLElementTagNameMap[K]> = {}, ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = Object.assign(document.createElement(tag), properties)
  element.append(...children)
  return element
}
