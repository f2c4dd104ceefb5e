import { csrfToken } from '../page'

/** Outcome is what the server said of an action: markup when it was done, otherwise what went wrong. */
export interface Outcome { isDone: boolean; html: string; status: number }

/** send posts a form as a script does: the server answers with what to say rather than with a page. */
export async function send(form: HTMLFormElement, submitter: HTMLButtonElement | null): Promise<Outcome> {
  const data = new URLSearchParams()
  for (const [name, value] of new FormData(form)) if (typeof value === 'string') data.append(name, value)
  if (submitter?.name) data.set(submitter.name, submitter.value)
  try {
    const answer = await fetch(form.getAttribute('action') ?? '', {
      method: 'POST', body: data, redirect: 'manual', headers: { 'HX-Request': 'true', 'X-CSRF-Token': csrfToken() }
    })
    return { isDone: answer.ok, html: answer.ok ? await answer.text() : '', status: answer.status }
  } catch {
    return { isDone: false, html: '', status: 0 }
  }
}
