import { make } from '../page'
import type { Messages } from '../messages'
import type { Playback } from './playback'

/** shortcutList explains the keys. */
export function shortcutList(messages: Messages): HTMLElement {
  const t = messages.t.bind(messages)
  const rows: [string, string][] = [
    ['space k', t('player.key-play')], ['← →', t('player.key-seek')], ['j l', t('player.key-jump')], ['↑ ↓', t('player.key-volume')],
    ['0 … 9', t('player.key-digit')], ['f', t('player.key-fullscreen')], ['t', t('player.theatre')], ['c', t('player.captions')],
    ['m', t('player.key-mute')], ['< >', t('player.key-speed')]
  ]
  return make('dl', {}, ...rows.flatMap(([keys, what]) => [make('dt', { textContent: what }), make('dd', {}, make('kbd', { textContent: keys }))]))
}

/** statisticList tells how playback is going. */
export function statisticList(video: HTMLVideoElement, playback: Playback | undefined, messages: Messages): HTMLElement[] {
  const t = messages.t.bind(messages)
  const figures = playback?.figures() ?? { mode: '–' }
  const quality = video.getVideoPlaybackQuality?.()
  const rows: [string, string | undefined][] = [
    [t('player.stat-mode'), figures.mode],
    [t('player.stat-size'), `${video.videoWidth} × ${video.videoHeight} → ${video.clientWidth} × ${video.clientHeight}`],
    [t('player.stat-quality'), playback?.levels().find(l => l.id === playback.playing())?.label],
    [t('player.stat-codecs'), figures.codecs],
    [t('player.stat-frames'), quality && `${quality.droppedVideoFrames} / ${quality.totalVideoFrames}`],
    [t('player.stat-buffer'), `${ahead(video).toFixed(1)} s`],
    [t('player.stat-speed'), figures.bandwidth && `${messages.bytes(figures.bandwidth / 8)}/s`],
    [t('player.stat-peers'), figures.peers === undefined ? undefined : String(figures.peers)],
    [t('player.stat-from-server'), figures.fromServer === undefined ? undefined : messages.bytes(figures.fromServer)],
    [t('player.stat-from-peers'), figures.fromPeers === undefined ? undefined : messages.bytes(figures.fromPeers)]
  ].filter((row): row is [string, string] => Boolean(row[1]))
  return rows.flatMap(([name, value]) => [make('dt', { textContent: name }), make('dd', { textContent: value ?? '' })])
}

/** ahead is how many seconds are ready beyond the current moment. */
function ahead(video: HTMLVideoElement): number {
  for (let i = 0; i < video.buffered.length; i++) {
    if (video.buffered.start(i) <= video.currentTime && video.currentTime <= video.buffered.end(i)) return video.buffered.end(i) - video.currentTime
  }
  return 0
}
