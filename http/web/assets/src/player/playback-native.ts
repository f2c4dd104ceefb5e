import { failureOf, type Events, type Figures, type Level, type Playback } from './playback'

/** NativePlayback leaves HLS to the browser, which chooses the quality itself. */
export class NativePlayback implements Playback {
  private readonly stop = new AbortController()

  constructor(private readonly video: HTMLVideoElement, private readonly url: string, events: Events) {
    const wasPlaying = !video.paused
    const at = video.currentTime
    video.addEventListener('error', () => events.onFailure(failureOf(video)), { signal: this.stop.signal })
    video.src = url
    if (at > 0) video.currentTime = at
    if (wasPlaying) void video.play().catch(() => undefined)
  }

  levels(): Level[] { return [] }
  chosen(): number { return -1 }
  playing(): number { return -1 }
  choose() { /* the browser chooses */ }
  figures(): Figures { return { mode: 'HLS' } }

  retry() {
    const at = this.video.currentTime
    this.video.src = this.url
    this.video.currentTime = at
    void this.video.play().catch(() => undefined)
  }

  destroy() { this.stop.abort() }
}
