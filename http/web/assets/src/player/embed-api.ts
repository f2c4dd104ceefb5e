// The embed API, as other sites' pages speak it: jschannel messages of scope "peertube", JSON text by postMessage.
//
//	call    {id, method: "peertube::play", params}   answered by {id, result} or {id, error, message}
//	event   {method: "peertube::playbackStatusUpdate", params}
//
// Methods: isReady, play, pause, seek, isPlaying, getCurrentTime, setVolume (0 to 1), getVolume, setPlaybackRate, getPlaybackRate,
// getPlaybackRates, getResolutions, setResolution, getCaptions, setCaption. Events: ready, play, pause, playbackStatusUpdate
// (twice a second at most, while it plays), playbackStatusChange, resolutionUpdate, volumeChange.
import { allSpeeds } from './keyboard'
import type { Playback } from './playback'
import { captionTracks, showCaptions } from './tracks'

const scope = 'peertube'

interface Call { id?: number, method?: string, params?: unknown }

/** EmbedApi answers the page the player is embedded in. */
export class EmbedApi {
  private peer: { window: Window, origin: string } | undefined
  private lastUpdate = 0

  constructor(private readonly video: HTMLVideoElement, private readonly playback: () => Playback | undefined, signal: AbortSignal) {
    window.addEventListener('message', event => this.onMessage(event), { signal })
    video.addEventListener('play', () => { this.tell('play'); this.tell('playbackStatusChange', 'playing') }, { signal })
    video.addEventListener('pause', () => { this.tell('pause'); this.tell('playbackStatusChange', 'paused') }, { signal })
    video.addEventListener('ended', () => this.tell('playbackStatusChange', 'ended'), { signal })
    video.addEventListener('timeupdate', () => this.update(), { signal })
    video.addEventListener('volumechange', () => this.tell('volumeChange', this.video.muted ? 0 : this.video.volume), { signal })
    if (window.parent !== window) window.parent.postMessage(JSON.stringify({ method: `${scope}::__ready`, params: 'ping' }), '*')
  }

  /** resolutionsChanged tells the qualities and which one is chosen. */
  resolutionsChanged() { this.tell('resolutionUpdate', this.resolutions()) }

  private readonly methods: Record<string, (params: unknown) => unknown> = {
    isReady: () => true,
    play: () => { void this.video.play().catch(() => undefined) },
    pause: () => this.video.pause(),
    seek: at => { this.video.currentTime = Math.max(0, Number(at) || 0) },
    isPlaying: () => !this.video.paused,
    getCurrentTime: () => this.video.currentTime,
    setVolume: volume => { this.video.volume = Math.min(1, Math.max(0, Number(volume) || 0)) },
    getVolume: () => this.video.volume,
    setPlaybackRate: rate => { if (allSpeeds.includes(Number(rate))) this.video.playbackRate = Number(rate) },
    getPlaybackRate: () => this.video.playbackRate,
    getPlaybackRates: () => allSpeeds,
    getResolutions: () => this.resolutions(),
    setResolution: id => this.playback()?.choose(Number(id)),
    getCaptions: () => captionTracks(this.video).map(t => ({ id: t.language, label: t.label, src: '', mode: t.mode })),
    setCaption: id => showCaptions(this.video, typeof id === 'string' ? id : '')
  }

  private onMessage(event: MessageEvent) {
    if (event.source !== window.parent || typeof event.data !== 'string') return
    const call = parse(event.data)
    if (!call?.method?.startsWith(`${scope}::`)) return
    this.peer = { window: window.parent, origin: event.origin }
    const name = call.method.slice(scope.length + 2)
    if (name === '__ready') return this.greet(call.params)
    if (call.id !== undefined) this.answer(call.id, name, call.params)
  }

  private greet(params: unknown) {
    if (params === 'ping') this.tell('__ready', 'pong')
    this.tell('ready', true)
  }

  private answer(id: number, name: string, params: unknown) {
    const method = Object.hasOwn(this.methods, name) ? this.methods[name] : undefined
    if (!method) return this.post({ id, error: 'method_not_found', message: name })
    this.post({ id, result: method(params) ?? null })
  }

  private update() {
    const now = performance.now()
    if (now - this.lastUpdate < 500) return
    this.lastUpdate = now
    const { currentTime, duration, volume, paused, ended } = this.video
    const playbackState = ended ? 'ended' : paused ? 'paused' : 'playing'
    this.tell('playbackStatusUpdate', { position: currentTime, duration: String(duration), volume, playbackState })
  }

  private resolutions() {
    const playback = this.playback()
    if (!playback) return []
    const levels = playback.figures().mode === 'HLS' ? [{ id: -1, label: 'Auto', height: 0 }, ...playback.levels()] : playback.levels()
    return levels.map(l => ({ id: l.id, label: l.label, height: l.height, active: l.id === playback.chosen() }))
  }

  private tell(event: string, params?: unknown) {
    this.post({ method: `${scope}::${event}`, params })
  }

  private post(message: object) {
    this.peer?.window.postMessage(JSON.stringify(message), this.peer.origin === 'null' ? '*' : this.peer.origin)
  }
}

function parse(text: string): Call | undefined {
  try {
    const call: unknown = JSON.parse(text)
    return typeof call === 'object' && call !== null ? call : undefined
  } catch {
    return undefined
  }
}
