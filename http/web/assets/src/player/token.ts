import { csrfToken } from '../page'
import type { Settings } from './settings'

/** FileToken adds the token of a private video to the addresses of its files, and renews it before it ends. */
export class FileToken {
  private value: string | undefined
  private timer = 0

  constructor(private readonly settings: Settings) {
    this.value = settings.fileToken
    this.plan(settings.fileTokenUntil)
  }

  /** on returns the URL with the current token; a URL of another video platform's file is given back as it is without one. */
  on(url: string): string {
    if (!this.value) return url
    const absolute = new URL(url, location.href)
    absolute.searchParams.set('videoFileToken', this.value)
    return absolute.href
  }

  stop() {
    clearTimeout(this.timer)
  }

  private plan(until: string | undefined) {
    if (!until || !this.settings.fileTokenUrl) return
    const left = new Date(until).valueOf() - Date.now()
    this.timer = window.setTimeout(() => void this.renew(), Math.min(Math.max(left - 60_000, 5_000), 2 ** 31 - 1))
  }

  private async renew() {
    const answer = await fetch(this.settings.fileTokenUrl ?? '', { method: 'POST', headers: { 'X-CSRF-Token': csrfToken() } }).catch(() => undefined)
    if (!answer?.ok) return this.plan(new Date(Date.now() + 90_000).toISOString())
    const { files } = await answer.json() as { files: { token: string, expires: string } }
    this.value = files.token
    this.plan(files.expires)
  }
}
