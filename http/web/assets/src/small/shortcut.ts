/** enhanceSearchShortcut moves to the search box by the key it names, unless something is being written. */
export function enhanceSearchShortcut() {
  const box = document.querySelector<HTMLElement>('[data-shortcut]')
  if (!box) return
  document.addEventListener('keydown', event => {
    if (event.key !== box.dataset.shortcut || event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) return
    event.preventDefault()
    box.focus()
  })
}

/** isWriting tells whether keys belong to a field. */
export function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
}
