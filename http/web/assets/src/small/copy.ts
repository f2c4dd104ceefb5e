/** enhanceCopy shows the buttons with data-copy, which put that text into the clipboard. */
export function enhanceCopy(root: ParentNode) {
  if (!navigator.clipboard) return
  for (const button of root.querySelectorAll<HTMLElement>('[data-copy]')) {
    button.hidden = false
    button.addEventListener('click', () => void copy(button))
  }
}

async function copy(button: HTMLElement) {
  await navigator.clipboard.writeText(button.dataset.copy ?? '')
  const label = button.querySelector('[aria-live]')
  if (!label || !button.dataset.copied || label.textContent === button.dataset.copied) return
  const before = label.textContent
  label.textContent = button.dataset.copied
  setTimeout(() => { label.textContent = before }, 2000)
}
