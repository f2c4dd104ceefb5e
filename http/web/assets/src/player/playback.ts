import type { Settings } from './settings'
import type { FileToken } from './token'

/** Level is one quality to choose; the one of id -1 leaves the choice to the player. */
export interface Level { id: number, label: string, height: number }

/** Figures are what the statistics panel tells of a way of playing. */
export interface Figures { mode: string, bandwidth?: number, codecs?: string, peers?: number, fromPeers?: number, fromServer?: number }

/** Failure is why nothing plays. */
export type Failure = 'network' | 'media' | 'gone'

/** Playback is one way to bring the video to the element. */
export interface Playback {
  /** levels lists the qualities, best first. It may be empty until onLevels was called. */
  levels(): Level[]
  /** chosen is the level the viewer chose, -1 for automatic; playing is the one on screen. */
  chosen(): number
  playing(): number
  choose(id: number): void
  figures(): Figures
  /** edge is how a live is followed; undefined for what is no live. */
  edge?: Edge | undefined
  /** retry starts again after a failure, where it stopped. */
  retry(): void
  destroy(): void
}

/** Edge is the newest there is of a live. */
export interface Edge {
  /** behind is how many seconds the viewer is behind the newest that plays smoothly. */
  behind(): number
  /** delay is how many seconds ago what is on screen happened; undefined while nobody knows. */
  delay(): number | undefined
  /** go leaves the past for the newest. */
  go(): void
}

/** Events are what a playback tells. */
export interface Events {
  onLevels(): void
  onFailure(reason: Failure): void
  /** onInterrupted tells that a live broke off, and that it is being mended. */
  onInterrupted(): void
  /** onSilenced tells that the browser lets it begin without sound only. */
  onSilenced(): void
}

/** begin plays a video by itself, without sound where the browser allows nothing else. */
export async function begin(video: HTMLVideoElement, events: Events) {
  try {
    await video.play()
  } catch (problem) {
    if (!video.autoplay || video.muted || (problem as DOMException).name !== 'NotAllowedError') return
    video.dataset.silenced = ''
    video.muted = true
    events.onSilenced()
    await video.play().catch(() => undefined)
  }
}

/** open chooses how to play: HLS by script, HLS by the browser on Apple devices, or the progressive files. */
export async function open(video: HTMLVideoElement, settings: Settings, token: FileToken, events: Events, sharing: boolean): Promise<Playback> {
  if (settings.hls && isApple() && video.canPlayType('application/vnd.apple.mpegurl')) {
    const { NativePlayback } = await import('./playback-native')
    return new NativePlayback(video, () => token.on(settings.hls ?? ''), settings.live !== undefined, events)
  }
  if (settings.hls && canStream()) {
    const { openHls } = await import('./playback-hls')
    return openHls(video, settings, token, events, sharing)
  }
  const { FilePlayback } = await import('./playback-file')
  return new FilePlayback(video, token, events)
}

function canStream(): boolean {
  return 'MediaSource' in window || 'ManagedMediaSource' in window
}

function isApple(): boolean {
  return navigator.vendor.startsWith('Apple')
}

/** failureOf reads the element's own error. */
export function failureOf(video: HTMLVideoElement): Failure {
  return video.error?.code === MediaError.MEDIA_ERR_NETWORK ? 'network' : 'media'
}
