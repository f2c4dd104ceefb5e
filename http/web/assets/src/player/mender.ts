/** still is how long a picture may stand, in milliseconds, before something is done about it. */
const still = 10_000
const longestWait = 10_000

/** Mender has a live go on that broke off: when it failed, and when its picture stands still though it should move. */
export class Mender {
  private attempts = 0
  private waiting = 0
  private at = -1
  private movedAt = Date.now()
  private wantsToPlay: boolean
  private readonly watch: number
  private readonly done = new AbortController()

  constructor(private readonly video: HTMLVideoElement, private readonly again: (attempt: number) => void, private readonly tell: () => void) {
    this.wantsToPlay = !video.paused || video.autoplay
    this.watch = window.setInterval(() => this.look(), 2000)
    // Opening a stream anew pauses the element without the event: what the viewer wants is kept here.
    video.addEventListener('play', () => { this.wantsToPlay = true }, { signal: this.done.signal })
    video.addEventListener('pause', () => { this.wantsToPlay = false }, { signal: this.done.signal })
  }

  /** failed tries again soon, and less and less often, at another moment than everybody else does. */
  failed() {
    if (this.waiting) return
    const wait = Math.min(1000 * 2 ** this.attempts++, longestWait) * (0.5 + Math.random())
    this.tell()
    this.waiting = window.setTimeout(() => {
      this.waiting = 0
      this.movedAt = Date.now()
      this.again(this.attempts)
      if (this.wantsToPlay) void this.video.play().catch(() => undefined)
    }, wait)
  }

  stop() {
    this.done.abort()
    clearInterval(this.watch)
    clearTimeout(this.waiting)
  }

  private look() {
    const { paused, ended, currentTime } = this.video
    if (currentTime !== this.at) this.attempts = 0
    if (paused || ended || currentTime !== this.at) {
      this.at = currentTime
      this.movedAt = Date.now()
    } else if (Date.now() - this.movedAt > still) this.failed()
  }
}
