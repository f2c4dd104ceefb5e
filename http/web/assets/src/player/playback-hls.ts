import Hls, { type ErrorData, type HlsConfig } from 'hls.js'
import { Mender } from './mender'
import { begin, type Edge, type Events, type Figures, type Level, type Playback } from './playback'
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
    xhrSetup: (xhr, url) => xhr.open('GET', token.on(url), true),
    ...settings.live && followingOf(settings.live.lowLatency)
  }
  if (sharing && settings.p2p) {
    const { sharedHls } = await import('./peers')
    const { hls, figures } = sharedHls(config, settings.p2p, token)
    return new HlsPlayback(video, hls, settings, events, figures)
  }
  return new HlsPlayback(video, new Hls(config), settings, events)
}

/** followingOf leaves the distance to the newest to the playlist (HOLD-BACK, PART-HOLD-BACK): the server knows what it can keep up. */
function followingOf(lowLatencyMode: boolean): Partial<HlsConfig> {
  return { lowLatencyMode, liveDurationInfinity: true, maxLiveSyncPlaybackRate: lowLatencyMode ? 1.08 : 1 }
}

class HlsPlayback implements Playback {
  readonly edge: Edge | undefined
  private readonly stop = new AbortController()
  private readonly mender: Mender | undefined
  private readonly url: string
  private started = false
  private mended = 0

  constructor(
    private readonly video: HTMLVideoElement, private readonly hls: Hls, settings: Settings,
    private readonly events: Events, private readonly peers?: () => PeerFigures
  ) {
    const url = this.url = settings.hls ?? ''
    if (settings.live) {
      this.edge = this.follow()
      if (settings.live.lowLatency) this.stayNear(this.edge)
      this.mender = new Mender(video, attempt => this.mend(attempt), () => events.onInterrupted())
    }
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
      void begin(video, events)
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
    this.mender?.stop()
    this.hls.destroy()
  }

  private start() {
    if (this.started) return
    this.started = true
    this.hls.startLoad(this.hls.config.startPosition)
  }

  private follow(): Edge {
    const { hls, video } = this
    const newest = () => hls.liveSyncPosition ?? (video.seekable.length ? video.seekable.end(video.seekable.length - 1) : video.currentTime)
    return {
      behind: () => Math.max(0, newest() - video.currentTime),
      delay: () => delayOf(hls.playingDate, hls.latency),
      go: () => { video.currentTime = newest() }
    }
  }

  /** stayNear leads who watched the newest back to it when the picture had to wait: at a little more than the usual speed that takes minutes. */
  private stayNear({ behind, go }: Edge) {
    let wasNear = false
    const on = { signal: this.stop.signal }
    this.video.addEventListener('waiting', () => { wasNear ||= behind() < near }, on)
    this.video.addEventListener('playing', () => {
      if (wasNear && behind() > far) go()
      wasNear = false
    }, on)
  }

  /** mend goes on from what is there, and when that did not help, from the beginning of the end: the playlist anew. */
  private mend(attempt: number) {
    if (attempt > 1 || this.hls.levels.length === 0) this.hls.loadSource(this.url)
    this.hls.startLoad(-1)
  }

  private onError(data: ErrorData) {
    if (!data.fatal) return
    if (data.type === Hls.ErrorTypes.MEDIA_ERROR && this.mended++ < 2) return this.hls.recoverMediaError()
    if (this.mender) return this.mender.failed()
    const status = data.response?.code ?? 0
    if (status === 401 || status === 403 || status === 404) return this.events.onFailure('gone')
    this.events.onFailure(data.type === Hls.ErrorTypes.NETWORK_ERROR ? 'network' : 'media')
  }
}

/** near and far are distances from where a viewer of the newest is, in seconds. */
const near = 3
const far = 1.5

/** wrongClock is a difference that says more of the viewer's clock than of the live, in seconds. */
const wrongClock = 20

/** delayOf compares the date of the picture with this device's clock, unless that is wrong. */
export function delayOf(shown: Date | null, latency: number): number | undefined {
  if (!shown) return latency > 0 ? latency : undefined
  const byClock = (Date.now() - shown.valueOf()) / 1000
  return Math.abs(byClock - latency) > wrongClock ? latency : byClock
}

function label(height: number, rate: number, name: string): string {
  if (!height) return name
  return rate > 32 ? `${height}p${Math.round(rate)}` : `${height}p`
}
