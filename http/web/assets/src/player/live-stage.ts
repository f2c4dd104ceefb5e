import { localiseTimes } from '../small/time'
import { follow } from './follow'

/** How often it is asked how a live is, in milliseconds, where no socket tells. */
const pace: Record<string, number> = { waiting: 15_000, onair: 30_000 }

/** spread keeps all viewers from asking in the same instant, in milliseconds. */
const spread = 2500

/** settled is how long a picture has to stand for what was on air to count as seen to its end, in milliseconds. */
const settled = 4000

/** Next is what the page of the live holds by now. */
interface Next { stage: HTMLElement | null, mark: Element | null, state: string | undefined }

/** LiveStage is where a live is seen: it waits for it with the viewer, and turns into the player, then into its recording. */
class LiveStage extends HTMLElement {
  private readonly stop = new AbortController()
  private isHeard = () => false
  private askedAt = Date.now()
  private isTurning = false
  private asked = 0

  connectedCallback() {
    const { signal } = this.stop
    localiseTimes(this)
    this.every(1000, () => this.count())
    this.count()
    if (this.dataset.local === 'true') this.isHeard = follow(this.dataset.video ?? '', () => this.soon(), signal)
    this.every(1000, () => this.askSometimes())
    document.addEventListener('visibilitychange', () => { if (!document.hidden) void this.ask() }, { signal })
    this.querySelector('video')?.addEventListener('ended', () => void this.ask(), { signal })
  }

  disconnectedCallback() {
    queueMicrotask(() => { if (!this.isConnected) this.stop.abort() })
  }

  private every(milliseconds: number, work: () => void) {
    const timer = window.setInterval(work, milliseconds)
    this.stop.signal.addEventListener('abort', () => clearInterval(timer))
  }

  /** count writes how long the viewer has to wait. */
  private count() {
    const box = this.querySelector<HTMLElement>('[data-countdown]')
    if (!box) return
    const left = Math.floor((new Date(box.dataset.countdown ?? '').valueOf() - Date.now()) / 1000)
    box.textContent = left > 0 ? countdown(left) : box.dataset.soon ?? ''
  }

  private soon() {
    setTimeout(() => void this.turn(), Math.random() * spread)
  }

  private askSometimes() {
    if (!document.hidden && Date.now() - this.askedAt > this.wait() * (0.9 + Math.random() / 5)) void this.ask()
  }

  /** wait is short where a recording may come, and gets longer as it does not. */
  private wait(): number {
    const isOver = this.dataset.state === 'ended' || this.querySelector('video')?.ended
    if (isOver) return 3000 * 1.1 ** Math.min(this.asked, 30)
    return this.isHeard() ? Infinity : pace[this.dataset.state ?? ''] ?? Infinity
  }

  private async ask() {
    this.askedAt = Date.now()
    this.asked++
    const answer = await fetch(this.dataset.watch ?? '').catch(() => undefined)
    if (!answer?.ok) return
    const { state } = await answer.json() as { state: string }
    if (state !== this.dataset.state) await this.turn()
  }

  /** turn shows the live as it is now: at once when it begins, and when it is over not before the viewer has seen its end. */
  private async turn() {
    if (this.isTurning || this.stop.signal.aborted) return
    this.isTurning = true
    let next = await this.next().catch(() => undefined)
    if (this.isNews(next) && this.dataset.state === 'onair') {
      await this.seen()
      next = await this.next().catch(() => undefined) // the recording may be there by now
    }
    if (next && this.isNews(next) && !this.stop.signal.aborted) this.become(next)
    this.isTurning = false
  }

  private isNews(next: Next | undefined): boolean {
    return next?.state !== undefined && next.state !== this.dataset.state
  }

  private async next(): Promise<Next> {
    const answer = await fetch(this.dataset.stage ?? '')
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
    const stage = page.querySelector<HTMLElement>('#live-stage')
    return { stage, mark: page.querySelector('#live-mark'), state: stage && (stage.dataset.state ?? 'replay') || undefined }
  }

  /** seen waits until the viewer has seen all there is, or has stopped watching. */
  private seen(): Promise<void> {
    const video = this.querySelector('video')
    let at = -1
    let since = Date.now()
    return new Promise(resolve => {
      const look = () => {
        if (!video || video.ended || video.readyState === 0 || this.stop.signal.aborted) return resolve()
        if (video.currentTime !== at) { at = video.currentTime; since = Date.now() }
        if (!video.paused && Date.now() - since > settled) return resolve()
        setTimeout(look, 500)
      }
      look()
    })
  }

  private become({ stage, mark }: Next) {
    if (!stage) return
    const hadFocus = this.contains(document.activeElement)
    const begins = stage.dataset.state === 'onair'
    const video = stage.querySelector('video')
    if (begins && video) video.autoplay = true
    if (mark) document.querySelector('#live-mark')?.replaceChildren(...mark.childNodes)
    this.replaceWith(document.adoptNode(stage))
    localiseTimes(stage)
    if (hadFocus) stage.querySelector<HTMLElement>('a, button, video')?.focus()
  }
}

/** countdown writes a time to wait: 2 d 03:04:05 as people read it, 12:30 for minutes. */
export function countdown(seconds: number): string {
  const two = (n: number) => String(n).padStart(2, '0')
  const days = Math.floor(seconds / 86_400)
  const hours = Math.floor(seconds / 3600) % 24
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
  if (days > 0) {
    const unit = new Intl.NumberFormat(document.documentElement.lang || undefined, { style: 'unit', unit: 'day', unitDisplay: 'long' })
    return `${unit.format(days)} ${two(hours)}:${rest}`
  }
  return hours > 0 ? `${hours}:${rest}` : rest
}

customElements.define('lucarne-live', LiveStage)
