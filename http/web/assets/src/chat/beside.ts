/** beside closes and opens a chat beside a video without leaving the page, which would stop what is playing. The server remembers it. */
export function beside(chat: HTMLElement, turned: (isOpen: boolean) => void, signal: AbortSignal) {
  const page = chat.closest<HTMLElement>('.watch')
  const close = chat.querySelector<HTMLFormElement>('[data-chat-close]')
  const open = page?.querySelector<HTMLFormElement>('[data-chat-open]')
  if (!page || !close || !open) return
  for (const form of [close, open]) {
    form.addEventListener('submit', event => {
      event.preventDefault()
      const isOpen = form === open
      const choice = new FormData(form)
      choice.set('value', isOpen ? 'open' : 'closed')
      void fetch(form.action, { method: 'POST', body: new URLSearchParams(choice as unknown as Record<string, string>), redirect: 'manual', keepalive: true }).catch(() => undefined)
      if (isOpen) delete page.dataset.chat
      else page.dataset.chat = 'closed'
      turned(isOpen)
      const next = (isOpen ? close : open).querySelector('button')
      next?.focus({ preventScroll: true })
    }, { signal })
  }
}

/** isClosed tells whether the chat beside a video is not shown. */
export function isClosed(chat: HTMLElement): boolean { return chat.closest<HTMLElement>('.watch')?.dataset.chat === 'closed' }
