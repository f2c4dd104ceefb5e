import { keep, kept } from '../page'

interface Preferences { volume: number, muted: boolean, speed: number, captions: string, size: string, colours: string, theatre: boolean, sharing?: boolean }

const key = 'lucarne-player'
const initial: Preferences = { volume: 1, muted: false, speed: 1, captions: '', size: 'medium', colours: 'night', theatre: false }

/** preferences are what the viewer chose before, in this browser. */
export function preferences(): Preferences {
  try {
    return { ...initial, ...JSON.parse(kept(key) ?? '{}') as Partial<Preferences> }
  } catch {
    return initial
  }
}

/** prefer keeps a choice. */
export function prefer(change: Partial<Preferences>) {
  keep(key, JSON.stringify({ ...preferences(), ...change }))
}

/** keepSound restores volume and speed, and keeps every change of them. */
export function keepSound(video: HTMLVideoElement, isEmbed: boolean) {
  const { volume, muted, speed } = preferences()
  video.volume = Math.min(1, Math.max(0, volume))
  if (muted) video.muted = true
  if (!isEmbed) video.defaultPlaybackRate = video.playbackRate = speed
  video.addEventListener('volumechange', () => {
    if (video.dataset.silenced !== undefined && video.muted) return // the browser's choice, not the viewer's
    delete video.dataset.silenced
    prefer({ volume: video.volume, muted: video.muted })
  })
  video.addEventListener('ratechange', () => prefer({ speed: video.playbackRate }))
}
