import { make } from '../page'
import type { Messages } from '../messages'
import type { Failure } from './playback'

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
