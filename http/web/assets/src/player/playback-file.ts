import { failureOf, type Events, type Figures, type Level, type Playback } from './playback'
import type { FileToken } from './token'

/** FilePlayback plays one progressive file, and another from the same moment when the viewer chooses. */
export class FilePlayback implements Playback {
  private readonly files: { level: Level, url: string }[]
  private current = 0
  private readonly stop = new AbortController()

  constructor(private readonly video: HTMLVideoElement, private readonly token: FileToken, events: Events) {
    this.files = [...video.querySelectorAll('source')].map((source, id) => ({
      level: { id, label: source.dataset.label ?? '', height: Number(source.dataset.size) }, url: source.src
    }))
    const fail = () => events.onFailure(failureOf(video))
    video.addEventListener('error', fail, { signal: this.stop.signal })
    // A refused <source> is told to the element itself, not to the video.
    video.querySelector('source:last-of-type')?.addEventListener('error', fail, { signal: this.stop.signal })
    if (token.on('') !== '' && video.paused) this.load(false)
  }

  levels(): Level[] { return this.files.map(f => f.level) }
  chosen(): number { return this.current }
  playing(): number { return this.current }

  choose(id: number) {
    if (id < 0 || id === this.current) return
    this.current = id
    this.load(!this.video.paused)
  }

  figures(): Figures { return { mode: 'MP4' } }
  retry() { this.load(true) }
  destroy() { this.stop.abort() }

  private load(play: boolean) {
    const file = this.files[this.current]
    if (!file) return
    const { currentTime, playbackRate } = this.video
    this.video.src = this.token.on(file.url)
    this.video.addEventListener('loadedmetadata', () => {
      this.video.currentTime = currentTime
      this.video.playbackRate = playbackRate
    }, { once: true })
    if (play) void this.video.play().catch(() => undefined)
  }
}
