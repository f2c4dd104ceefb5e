import { make } from '../page'
import type { Messages } from '../messages'
import type { Failure } from './playback'
import { prefer, preferences } from './preferences'

/** showFailure covers the player with what happened and a way to try again. */
export function showFailure(player: HTMLElement, reason: Failure, messages: Messages, retry: () => void) {
  if (player.querySelector('.player-message')) return
  const texts: Record<Failure, string> = {
    network: messages.t('player.error-network'), media: messages.t('player.error-media'), gone: messages.t('player.error-gone')
  }
  const box = make('div', { className: 'player-message' })
  box.setAttribute('role', 'alert')
  const button = make('button', { type: 'button', className: 'button', textContent: messages.t('player.retry') })
  button.addEventListener('click', () => { box.remove(); retry() })
  box.append(make('strong', { textContent: messages.t('player.error-title') }), make('p', { textContent: texts[reason] }), button)
  player.append(box)
}

/** sharingNotice says under the player that viewers share, with the way not to. */
export function sharingNotice(player: HTMLElement, messages: Messages): (on: boolean) => void {
  const text = make('span')
  const button = make('button', { type: 'button', className: 'button is-small is-quiet' })
  const draw = () => {
    const on = preferences().sharing
    text.textContent = messages.t(on ? 'player.p2p-notice' : 'player.p2p-is-off')
    button.textContent = messages.t(on ? 'player.p2p-off' : 'player.p2p-on')
  }
  const set = (on: boolean) => { prefer({ sharing: on }); draw() }
  button.addEventListener('click', () => player.dispatchEvent(new CustomEvent('lucarne:sharing', { detail: !preferences().sharing })))
  draw()
  const box = make('p', { className: 'player-notice' }, text, button)
  box.setAttribute('role', 'status')
  player.after(box)
  return set
}
