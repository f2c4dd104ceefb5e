import { make } from '../page'
import { Messages } from '../messages'
import type { Settings } from './settings'
import type { RoomView } from './view'

/** menuOf makes the buttons in the head of the chat work: its own window, passing it on, being quiet. It returns how they stop. */
export function menuOf(chat: HTMLElement, settings: Settings, view: RoomView): () => void {
  const stop = new AbortController()
  const { signal } = stop
  const messages = new Messages(settings.messages)
  const quiet = chat.querySelector<HTMLButtonElement>('[data-chat-quiet]')
  const rename = chat.querySelector<HTMLButtonElement>('[data-chat-rename]')
  const draw = () => {
    quiet?.setAttribute('aria-pressed', String(view.speaker.isQuiet))
    if (rename) rename.hidden = !view.canRename
  }
  quiet?.addEventListener('click', () => { view.speaker.hush(!view.speaker.isQuiet); draw() }, { signal })
  rename?.addEventListener('click', () => view.rename(), { signal })
  chat.querySelector('details')?.addEventListener('toggle', draw, { signal })
  chat.querySelector('.menu-panel')?.addEventListener('click', event => {
    if ((event.target as Element).closest('button, a')) chat.querySelector('details')?.removeAttribute('open')
  }, { signal })
  chat.querySelector<HTMLAnchorElement>('[data-chat-popout]')?.addEventListener('click', event => {
    event.preventDefault()
    window.open((event.currentTarget as HTMLAnchorElement).href, 'lucarne-chat', 'popup,width=420,height=720')
  }, { signal })
  shareOf(chat, messages, signal)
  draw()
  return () => stop.abort()
}

/** shareOf writes the line of HTML for other sites as its choices are made. */
function shareOf(chat: HTMLElement, messages: Messages, signal: AbortSignal) {
  const dialog = chat.querySelector<HTMLDialogElement>('[data-chat-share]')
  const code = dialog?.querySelector<HTMLTextAreaElement>('textarea')
  const readonly = dialog?.querySelector<HTMLInputElement>('[name="readonly"]')
  if (!dialog || !code) return
  chat.querySelector('[data-chat-share-open]')?.addEventListener('click', () => dialog.showModal(), { signal })
  const write = () => {
    const src = (code.dataset.url ?? '') + (readonly?.checked ? '?readonly=1' : '')
    const frame = make('iframe', { src, title: messages.t('chat.title'), width: '360', height: '560' })
    frame.style.border = '0'
    code.value = frame.outerHTML
  }
  readonly?.addEventListener('change', write, { signal })
  code.addEventListener('focus', () => code.select(), { signal })
  write()
}
