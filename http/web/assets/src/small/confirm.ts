/** enhanceConfirm asks the question of data-confirm before a button does its work. */
export function enhanceConfirm() {
  document.addEventListener('click', event => {
    const button = (event.target as Element).closest<HTMLElement>('[data-confirm]')
    if (!button || button.dataset.confirmed) return
    event.preventDefault()
    event.stopImmediatePropagation()
    void ask(button.dataset.confirm ?? '').then(yes => yes && goOn(button))
  }, true)
}

function goOn(button: HTMLElement) {
  button.dataset.confirmed = 'yes'
  button.click()
  delete button.dataset.confirmed
}

/** ask resolves to whether the user agrees, by the page's question box, or the browser's when it has none. */
function ask(question: string): Promise<boolean> {
  const dialog = document.querySelector<HTMLDialogElement>('[data-confirm-dialog]')
  const text = dialog?.querySelector('[data-question]')
  if (!dialog || !text) return Promise.resolve(window.confirm(question))
  text.textContent = question
  dialog.returnValue = ''
  dialog.showModal()
  return new Promise(resolve => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true })
  })
}
