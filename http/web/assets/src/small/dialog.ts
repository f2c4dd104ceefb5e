/** enhanceDialogs opens the dialog named by data-dialog, and closes it by a click beside it. */
export function enhanceDialogs() {
  document.addEventListener('click', event => {
    const target = event.target as Element
    if (target instanceof HTMLDialogElement && target.open && !target.hasAttribute('data-confirm-dialog')) target.close()
    const opener = target.closest<HTMLElement>('[data-dialog]')
    if (!opener) return
    const dialog = document.getElementById(opener.dataset.dialog ?? '')
    if (dialog instanceof HTMLDialogElement) dialog.showModal()
  })
}
