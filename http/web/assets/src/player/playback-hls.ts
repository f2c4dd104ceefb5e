import Hls, { type ErrorData, type HlsConfig } from 'hls.js'
import type { Events, Figures, Level, Playback } from './playback'
import type { PeerFigures } from './peers'
import type { Settings } from './settings'
import type { FileToken } from './token'

/** openHls plays HLS by hls.js, with segments from other viewers when they are shared. */
export async function openHls(video: HTMLVideoElement, settings: Settings, token: FileToken, events: Events, sharing: boolean): Promise<Playback> {
  const config: Partial<HlsConfig> = {
    autoStartLoad: false,
    startPosition: video.currentTime > 0 ? video.currentTime : -1,
    capLevelToPlayerSize: true,
    backBufferLength: 60,
    xhrSetup: (xhr, url) => xhr.open('GET', token.on(url), true)
  }
  if (sharing && settings.p2p) {
    const { sharedHls } = await import('./peers')
    const { hls, figures } = sharedHls(config, settings.p2p, token)
    return new HlsPlayback(video, hls, settings.hls ?? '', events, figures)
  }
  return new HlsPlayback(video, new Hls(config), settings.hls ?? '', events)
}

class HlsPlayback implements Playback {
  private readonly stop = new AbortController()
  private started = false
  private mended = 0

  constructor(
    private readonly video: HTMLVideoElement, private readonly hls: Hls, private readonly url: string,
    private readonly events: Events, private readonly peers?: () => PeerFigures
  ) {
    const wasPlaying = !video.paused || video.autoplay
    hls.on(Hls.Events.MANIFEST_PARSED, () => this.events.onLevels())
    hls.on(Hls.Events.LEVEL_SWITCHED, () => this.events.onLevels())
    hls.on(Hls.Events.ERROR, (_, data) => this.onError(data))
    const start = () => this.start()
    video.addEventListener('play', start, { signal: this.stop.signal })
    video.addEventListener('seeking', start, { signal: this.stop.signal })
    for (const source of video.querySelectorAll('source')) source.remove()
    hls.loadSource(url)
    hls.attachMedia(video)
    if (wasPlaying) {
      this.start()
      void video.play().catch(() => undefined)
    }
  }

  levels(): Level[] {
    return this.hls.levels
      .map((level, id) => ({ id, height: level.height, label: label(level.height, level.frameRate, level.name) }))
      .sort((a, b) => b.height - a.height)
  }

  chosen(): number { return this.hls.autoLevelEnabled ? -1 : this.hls.nextLevel }
  playing(): number { return this.hls.currentLevel }
  choose(id: number) { this.hls.nextLevel = id }

  figures(): Figures {
    const level = this.hls.levels[this.hls.currentLevel]
    return {
      mode: 'HLS', bandwidth: this.hls.bandwidthEstimate,
      codecs: [level?.videoCodec, level?.audioCodec].filter(Boolean).join(', '), ...this.peers?.()
    }
  }

  retry() {
    this.mended = 0
    if (this.hls.levels.length === 0) this.hls.loadSource(this.url)
    this.hls.startLoad()
    this.hls.recoverMediaError()
    void this.video.play().catch(() => undefined)
  }

  destroy() {
    this.stop.abort()
    this.hls.destroy()
  }

  private start() {
    if (this.started) return
    this.started = true
    this.hls.startLoad(this.hls.config.startPosition)
  }

  private onError(data: ErrorData) {
    if (!data.fatal) return
    if (data.type === Hls.ErrorTypes.MEDIA_ERROR && this.mended++ < 2) return this.hls.recoverMediaError()
    const status = data.response?.code ?? 0
    if (status === 401 || status === 403 || status === 404) return this.events.onFailure('gone')
    this.events.onFailure(data.type === Hls.ErrorTypes.NETWORK_ERROR ? 'network' : 'media')
  }
}

function label(height: number, rate: number, name: string): string {
  if (!height) return name
  return rate > 32 ? `${height}p${Math.round(rate)}` : `${height}p`
}
