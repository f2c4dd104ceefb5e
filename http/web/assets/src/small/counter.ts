type Counted = HTMLInputElement | HTMLTextAreaElement

/** enhanceCounters shows under a field with data-counter how much of its length is used. */
export function enhanceCounters(root: ParentNode) {
  for (const field of root.querySelectorAll<Counted>('[data-counter]')) {
    const output = document.getElementById(field.dataset.counter ?? '')
    if (!output) continue
    const count = () => {
      output.textContent = (output.dataset.text ?? '').replace('{n}', String(field.value.length))
      output.classList.toggle('is-over', field.maxLength > 0 && field.value.length >= field.maxLength)
    }
    field.addEventListener('input', count)
    count()
  }
}
