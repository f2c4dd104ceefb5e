import { make } from '../page'
import { clock, type Messages } from '../messages'
import type { Settings } from './settings'

/** shareDialog opens, from the buttons with data-share, a dialog with the link and the embed code, at the current moment if wanted. */
export function shareDialog(video: HTMLVideoElement, settings: Settings, messages: Messages, signal: AbortSignal) {
  const dialog = make('dialog', { className: 'dialog' })
  document.addEventListener('click', event => {
    if (!(event.target instanceof Element) || !event.target.closest('[data-share]')) return
    dialog.replaceChildren(content(video, settings, messages))
    if (!dialog.isConnected) document.body.append(dialog)
    dialog.showModal()
  }, { signal })
}

function content(video: HTMLVideoElement, settings: Settings, messages: Messages): HTMLElement {
  const at = Math.floor(video.currentTime)
  const link = make('input', { className: 'input', readOnly: true, id: 'share-link' })
  const code = make('textarea', { className: 'input', readOnly: true, id: 'share-code', rows: 3 })
  const wanted = make('input', { type: 'checkbox', id: 'share-at', checked: at > 0 })
  const write = () => {
    const time = wanted.checked ? at : 0
    link.value = withStart(settings.watchUrl, time)
    code.value = settings.embedUrl ? embedCode(withStart(settings.embedUrl, time), settings.title) : ''
  }
  wanted.addEventListener('change', write)
  write()
  for (const box of [link, code]) box.addEventListener('focus', () => box.select())
  const fields = [field(messages.t('player.share-link'), link)]
  if (settings.embedUrl) fields.push(field(messages.t('player.share-embed'), code))
  const check = make('div', { className: 'check' }, wanted, make('label', { htmlFor: wanted.id, textContent: messages.t('player.share-at', { time: clock(at) }) }))
  const close = make('div', { className: 'form-actions' }, make('button', { className: 'button', textContent: messages.t('player.close') }))
  return make('form', { className: 'dialog-body', method: 'dialog' }, make('h2', { textContent: messages.t('player.share') }), ...fields, check, close)
}

function field(label: string, input: HTMLElement): HTMLElement {
  return make('div', { className: 'field' }, make('label', { className: 'field-label', htmlFor: input.id, textContent: label }), input)
}

/** withStart adds the moment to an address, as 1h2m3s. */
export function withStart(url: string, seconds: number): string {
  if (seconds <= 0) return url
  const address = new URL(url)
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  address.searchParams.set('start', `${h ? h + 'h' : ''}${m ? m + 'm' : ''}${s}s`)
  return address.href
}

function embedCode(url: string, title: string): string {
  const frame = make('iframe', { width: '560', height: '315', src: url, title, allow: 'autoplay; fullscreen; picture-in-picture' })
  frame.setAttribute('frameborder', '0')
  frame.setAttribute('allowfullscreen', '')
  return frame.outerHTML
}
