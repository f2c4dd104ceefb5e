import htmx from 'htmx.org'
import { csrfToken } from '../page'

/** startHtmx sends the CSRF token with htmx's requests and enhances what they bring. */
export function startHtmx(enhance: (root: ParentNode) => void) {
  htmx.config.includeIndicatorCSS = false
  document.addEventListener('htmx:config:request', event => {
    const { ctx } = (event as CustomEvent<{ ctx: { request: { headers: Record<string, string> } } }>).detail
    ctx.request.headers['X-CSRF-Token'] = csrfToken()
  })
  document.addEventListener('htmx:after:swap', event => {
    if (event.target instanceof Element || event.target instanceof Document) enhance(event.target)
  })
}
