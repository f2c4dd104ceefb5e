import { keep, kept } from '../page'
import type { Settings } from './settings'

/** seconds reads 90, 90s, 1m30s, 1h2m3s or 1:02:03; undefined when it is none of them. */
export function seconds(text: string | null): number | undefined {
  if (!text) return undefined
  if (/^\d+(:\d{1,2}){1,2}$/.test(text)) return text.split(':').reduce((sum, part) => sum * 60 + Number(part), 0)
  const parts = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s?)?$/.exec(text)
  if (!parts) return undefined
  return Number(parts[1] ?? 0) * 3600 + Number(parts[2] ?? 0) * 60 + Number(parts[3] ?? 0)
}

/** Position begins where the address, the account or this browser says, stops where the address says, and remembers. */
export class Position {
  private readonly query = new URLSearchParams(location.search)
  private readonly key: string
  private lastKept = 0

  constructor(private readonly video: HTMLVideoElement, private readonly settings: Settings) {
    this.key = `lucarne-position-${settings.uuid}`
    this.stopWhereAsked()
    if (settings.remembersHere && !settings.isLive) this.remember()
  }

  /** start is where to begin; resumed tells that it is where the viewer left. */
  start(): { at: number, resumed: boolean } {
    const asked = seconds(this.query.get('start'))
    if (asked !== undefined) return { at: asked, resumed: false }
    const left = this.settings.resumeAt ?? (this.settings.remembersHere ? Number(kept(this.key) ?? 0) : 0)
    const nearEnd = this.settings.duration > 0 && left > this.settings.duration - 10
    return left > 5 && !nearEnd ? { at: left, resumed: true } : { at: 0, resumed: false }
  }

  private stopWhereAsked() {
    const stop = seconds(this.query.get('stop'))
    if (stop === undefined) return
    const check = () => {
      if (this.video.currentTime < stop) return
      this.video.pause()
      this.video.removeEventListener('timeupdate', check)
    }
    this.video.addEventListener('timeupdate', check)
  }

  private remember() {
    this.video.addEventListener('timeupdate', () => {
      if (Math.abs(this.video.currentTime - this.lastKept) < 5) return
      this.lastKept = this.video.currentTime
      keep(this.key, String(Math.floor(this.lastKept)))
    })
    this.video.addEventListener('ended', () => keep(this.key, null))
  }
}
