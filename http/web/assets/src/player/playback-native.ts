import { Mender } from './mender'
import { begin, failureOf, type Edge, type Events, type Figures, type Level, type Playback } from './playback'

/** holdBack is about how far from the newest part browsers keep, in seconds. */
const holdBack = 6

/** NativePlayback leaves HLS to the browser, which chooses the quality itself. */
export class NativePlayback implements Playback {
  readonly edge: Edge | undefined
  private readonly stop = new AbortController()
  private readonly mender: Mender | undefined

  constructor(private readonly video: HTMLVideoElement, private readonly url: () => string, isLive: boolean, events: Events) {
    const wasPlaying = !video.paused || video.autoplay
    const at = video.currentTime
    if (isLive) {
      this.edge = edgeOf(video)
      this.mender = new Mender(video, () => { video.src = url() }, () => events.onInterrupted())
    }
    video.addEventListener('error', () => this.mender ? this.mender.failed() : events.onFailure(failureOf(video)), { signal: this.stop.signal })
    video.src = url()
    if (at > 0 && !isLive) video.currentTime = at
    if (wasPlaying) void begin(video, events)
  }

  levels(): Level[] { return [] }
  chosen(): number { return -1 }
  playing(): number { return -1 }
  choose() { /* the browser chooses */ }
  figures(): Figures { return { mode: 'HLS' } }

  retry() {
    const at = this.video.currentTime
    this.video.src = this.url()
    if (!this.edge) this.video.currentTime = at
    void this.video.play().catch(() => undefined)
  }

  destroy() {
    this.stop.abort()
    this.mender?.stop()
  }
}

/** Dated is a video whose browser knows when its beginning was. */
type Dated = HTMLVideoElement & { getStartDate?(): Date }

function edgeOf(video: Dated): Edge {
  const newest = () => video.seekable.length ? video.seekable.end(video.seekable.length - 1) : video.currentTime
  return {
    behind: () => Math.max(0, newest() - holdBack - video.currentTime),
    delay: () => {
      const begun = video.getStartDate?.().valueOf() ?? NaN
      return Number.isNaN(begun) ? undefined : (Date.now() - begun) / 1000 - video.currentTime
    },
    go: () => { video.currentTime = newest() }
  }
}
