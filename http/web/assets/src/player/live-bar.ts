import { make } from '../page'
import { clock, type Messages } from '../messages'
import type { Playback } from './playback'

/** atEdge is how far behind the newest still counts as live, in seconds. */
const atEdge = 6

/** liveBar says whether the viewer sees the newest and how long ago it happened, and leads back to it. */
export function liveBar(video: HTMLVideoElement, playback: () => Playback | undefined, messages: Messages): HTMLElement[] {
  const button = make('button', { type: 'button', className: 'player-live' })
  const text = make('span')
  button.append(make('span', { className: 'player-live-dot' }), text)
  button.addEventListener('click', () => {
    playback()?.edge?.go()
    void video.play().catch(() => undefined)
  })
  const delay = make('span', { className: 'player-time' })
  const draw = () => {
    const edge = playback()?.edge
    const behind = edge?.behind() ?? 0
    const isLive = behind < atEdge
    button.classList.toggle('is-live', isLive)
    const words = messages.t(isLive ? 'player.live' : 'player.back-to-live')
    if (text.textContent !== words) text.textContent = words
    delay.textContent = video.readyState === 0 ? '' : isLive ? inWords(edge?.delay(), messages) : `−${clock(behind)}`
  }
  for (const event of ['timeupdate', 'seeking', 'pause', 'progress']) video.addEventListener(event, draw)
  draw()
  return [button, delay]
}

function inWords(seconds: number | undefined, messages: Messages): string {
  return seconds === undefined || seconds < 0 ? '' : messages.t('player.delay', { n: Math.max(1, Math.round(seconds)) })
}
