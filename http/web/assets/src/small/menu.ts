/** enhanceMenus closes an open menu by Escape, by a click elsewhere and when the focus leaves it. */
export function enhanceMenus() {
  document.addEventListener('click', event => closeAllBut(event.target as Element))
  document.addEventListener('focusin', event => closeAllBut(event.target as Element))
  document.addEventListener('keydown', event => {
    if (event.key !== 'Escape') return
    const menu = (event.target as Element).closest<HTMLDetailsElement>('details[data-menu][open]')
    if (!menu) return
    menu.open = false
    menu.querySelector('summary')?.focus()
  })
}

function closeAllBut(inside: Element) {
  for (const menu of document.querySelectorAll<HTMLDetailsElement>('details[data-menu][open]')) {
    if (!menu.contains(inside)) menu.open = false
  }
}
