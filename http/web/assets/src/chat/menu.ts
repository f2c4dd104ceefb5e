import { make } from '../page'
import { Messages } from '../messages'
import type { Settings } from './settings'
import type { RoomView } from './view'

/** menuOf makes the buttons in the head of the chat work: closing and opening it, its own window, passing it on, being quiet. */
export function menuOf(chat: HTMLElement, settings: Settings, view: RoomView) {
  const messages = new Messages(settings.messages)
  const quiet = chat.querySelector<HTMLButtonElement>('[data-chat-quiet]')
  const rename = chat.querySelector<HTMLButtonElement>('[data-chat-rename]')
  const draw = () => {
    quiet?.setAttribute('aria-pressed', String(view.speaker.isQuiet))
    if (rename) rename.hidden = !view.canRename
  }
  quiet?.addEventListener('click', () => { view.speaker.hush(!view.speaker.isQuiet); draw() })
  rename?.addEventListener('click', () => view.rename())
  chat.querySelector('details')?.addEventListener('toggle', draw)
  chat.querySelector('.menu-panel')?.addEventListener('click', event => {
    if ((event.target as Element).closest('button, a')) chat.querySelector('details')?.removeAttribute('open')
  })
  chat.querySelector<HTMLAnchorElement>('[data-chat-popout]')?.addEventListener('click', event => {
    event.preventDefault()
    window.open((event.currentTarget as HTMLAnchorElement).href, 'lucarne-chat', 'popup,width=420,height=720')
  })
  shareOf(chat, messages)
  draw()
}

/** shareOf writes the line of HTML for other sites as its choices are made. */
function shareOf(chat: HTMLElement, messages: Messages) {
  const dialog = chat.querySelector<HTMLDialogElement>('[data-chat-share]')
  const code = dialog?.querySelector<HTMLTextAreaElement>('textarea')
  const readonly = dialog?.querySelector<HTMLInputElement>('[name="readonly"]')
  if (!dialog || !code) return
  chat.querySelector('[data-chat-share-open]')?.addEventListener('click', () => dialog.showModal())
  const write = () => {
    const src = (code.dataset.url ?? '') + (readonly?.checked ? '?readonly=1' : '')
    const frame = make('iframe', { src, title: messages.t('chat.title'), width: '360', height: '560' })
    frame.style.border = '0'
    code.value = frame.outerHTML
  }
  readonly?.addEventListener('change', write)
  code.addEventListener('focus', () => code.select())
  write()
}
