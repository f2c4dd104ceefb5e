/** enhanceTheme changes the theme without leaving the page; the server is told by the same form, for the next page. */
export function enhanceTheme() {
  for (const form of document.querySelectorAll<HTMLFormElement>('[data-theme-form]')) {
    form.addEventListener('submit', event => {
      const button = (event as SubmitEvent).submitter
      if (!(button instanceof HTMLButtonElement)) return
      event.preventDefault()
      show(form, button)
      void remember(form, button)
    })
  }
}

function show(form: HTMLFormElement, chosen: HTMLButtonElement) {
  if (chosen.value) document.documentElement.dataset.theme = chosen.value
  else delete document.documentElement.dataset.theme
  for (const b of form.querySelectorAll('button')) b.setAttribute('aria-pressed', String(b === chosen))
}

async function remember(form: HTMLFormElement, chosen: HTMLButtonElement) {
  const body = new URLSearchParams()
  for (const [name, value] of new FormData(form, chosen)) body.append(name, String(value))
  await fetch(form.action, { method: 'POST', body, redirect: 'manual' }).catch(() => undefined)
}
