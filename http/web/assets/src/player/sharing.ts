import { make } from '../page'
import type { Messages } from '../messages'
import { prefer, preferences } from './preferences'
import type { Settings } from './settings'

/** Sharing is whether this viewer passes segments on to others: as the site says, until the viewer chooses in this browser. */
export class Sharing {
  constructor(private readonly settings: Settings, private readonly changed: () => void) {}

  /** isAvailable tells that the viewer has something to choose. */
  get isAvailable(): boolean {
    return Boolean(this.settings.p2p) && 'RTCPeerConnection' in window && isSecureContext // without one nothing can be checked
  }

  get isOn(): boolean { return this.isAvailable && (preferences().sharing ?? (Boolean(this.settings.p2p?.starts) && !savesData())) }

  toggle() {
    prefer({ sharing: !this.isOn })
    this.changed()
  }
}

/** sharingNotice says under the player what others learn of a viewer who shares, with the way to stop; what it returns draws it again. */
export function sharingNotice(player: HTMLElement, sharing: Sharing, messages: Messages): () => void {
  const text = make('span')
  const button = make('button', { type: 'button', className: 'button is-small is-quiet' })
  const draw = () => {
    text.textContent = messages.t(sharing.isOn ? 'player.p2p-notice' : 'player.p2p-is-off')
    button.textContent = messages.t(sharing.isOn ? 'player.p2p-off' : 'player.p2p-on')
  }
  button.addEventListener('click', () => sharing.toggle())
  draw()
  const box = make('p', { className: 'player-notice' }, text, button)
  box.setAttribute('role', 'status')
  player.after(box)
  return draw
}

/** savesData tells that the viewer asked the browser to spend little. */
function savesData(): boolean {
  return (navigator as Navigator & { connection?: { saveData?: boolean } }).connection?.saveData === true
}
