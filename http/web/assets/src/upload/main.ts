import { dataOf } from '../page'
import { Messages } from '../messages'
import { remember, unfinished } from './memory'
import { Pace } from './pace'
import { offerDetails } from './details'
import { follow } from './transcoding'
import { Refusal, Transfer, type Uploaded } from './transfer'

interface Settings {
  endpoint: string, channelId: number, privacy: number, maxBytes: number
  editUrl: string, eventsUrl: string, messages: Record<string, string | Record<string, string>>
}

/** The form that posts a file, made resumable. See ui.Uploader. */
class Upload extends HTMLElement {
  private readonly settings = dataOf<Settings>(this)
  private readonly messages = new Messages(this.settings.messages)
  private readonly pace = new Pace()
  private file: File | undefined
  private url: string | undefined
  private transfer: Transfer | undefined
  private drawnAt = 0
  private announced = 0

  connectedCallback() {
    const input = this.piece<HTMLInputElement>('#upload-file')
    const choose = this.piece('[data-choose]')
    offerDetails(this)
    this.piece('[data-plain]').hidden = true
    input.hidden = true
    choose.hidden = false
    choose.addEventListener('click', () => input.click())
    input.addEventListener('change', () => this.take(input.files?.[0]))
    this.listenToDrops(this.piece('[data-dropzone]'))
    this.piece('[data-pause]').addEventListener('click', () => this.transfer ? this.pause() : void this.go(true))
    this.piece('[data-retry]').addEventListener('click', () => void this.go(true))
    this.piece('[data-cancel]').addEventListener('click', () => void this.cancel())
    addEventListener('beforeunload', event => { if (this.transfer) event.preventDefault() })
  }

  private listenToDrops(zone: HTMLElement) {
    const over = (is: boolean) => (event: DragEvent) => {
      event.preventDefault()
      zone.classList.toggle('is-over', is)
    }
    zone.addEventListener('dragover', over(true))
    zone.addEventListener('dragleave', over(false))
    zone.addEventListener('drop', event => {
      over(false)(event)
      this.take(event.dataTransfer?.files[0])
    })
  }

  private take(file: File | undefined) {
    if (!file || this.transfer) return
    this.file = file
    this.piece('[data-name]').textContent = file.name
    this.piece('[data-progress]').hidden = false
    this.piece('[data-upload-form]').hidden = true
    if (file.size === 0) return this.refuse(this.messages.t('upload.error-type'))
    if (this.settings.maxBytes > 0 && file.size > this.settings.maxBytes) return this.refuse(this.messages.t('upload.error-too-large'))
    this.url = unfinished(file)
    this.dispatchEvent(new CustomEvent('lucarne:uploading', { detail: { file }, bubbles: true }))
    void this.go(this.url !== undefined)
  }

  /** go sends, from the start or from what the server already has. */
  private async go(resuming: boolean) {
    const file = this.file
    if (!file) return
    this.show('sending')
    this.say(this.messages.t('upload.preparing'))
    try {
      this.url ??= await this.create(file)
      this.transfer = new Transfer(file, this.url, {
        sent: bytes => {
          if (resuming && bytes > 0 && !this.transfer?.hasSent()) this.announceResumed(bytes / file.size)
          this.progress(bytes, file.size)
        },
        retrying: n => this.say(this.messages.t('upload.retrying', { n }))
      })
      this.pace.forget()
      const video = await this.transfer.run(resuming)
      if (video) this.finish(file, video)
    } catch (problem) {
      await this.onProblem(problem, file, resuming)
    }
  }

  private async create(file: File): Promise<string> {
    const { endpoint, channelId, privacy } = this.settings
    const name = file.name.replace(/\.[^.]+$/, '').replaceAll('_', ' ').slice(0, 120).padEnd(3, '…')
    const url = await Transfer.create(endpoint, file, { channelId, privacy, name, waitTranscoding: true })
    remember(file, url)
    return url
  }

  private async onProblem(problem: unknown, file: File, resuming: boolean) {
    this.transfer = undefined
    if (!(problem instanceof Refusal)) return this.refuse(this.messages.t('upload.error-refused', { reason: String(problem) }))
    if (problem.status === 404 && resuming) {
      // The unfinished upload is no longer there: begin anew.
      remember(file, undefined)
      this.url = undefined
      return this.go(false)
    }
    this.refuse(this.explain(problem))
  }

  private explain({ status, message }: Refusal): string {
    if (status === 401) return this.messages.t('upload.error-signed-out')
    if (status === 413) return this.messages.t('upload.error-too-large')
    if (status === 415) return this.messages.t('upload.error-type')
    return this.messages.t('upload.error-refused', { reason: message || String(status) })
  }

  private pause() {
    this.transfer?.stop()
    this.transfer = undefined
    this.show('paused')
    this.say(this.messages.t('upload.paused'))
  }

  private async cancel() {
    this.transfer?.stop()
    this.transfer = undefined
    if (this.url) await Transfer.cancel(this.url)
    if (this.file) remember(this.file, undefined)
    this.file = this.url = undefined
    this.piece<HTMLInputElement>('#upload-file').value = ''
    this.piece('[data-progress]').hidden = true
    this.piece('[data-upload-form]').hidden = false
    this.piece('[data-choose]').focus()
    this.piece('[data-announce]').textContent = this.messages.t('upload.cancelled')
  }

  private refuse(text: string) {
    this.show('failed')
    this.say(text)
  }

  private finish(file: File, video: Uploaded) {
    this.transfer = undefined
    remember(file, undefined)
    this.draw(100)
    this.show('done')
    this.say(this.messages.t('upload.done'))
    this.dispatchEvent(new CustomEvent('lucarne:uploaded', { detail: video, bubbles: true }))
    if (this.settings.eventsUrl) this.followTranscoding(video)
    else if (this.settings.editUrl) location.href = this.withId(this.settings.editUrl, video)
  }

  private followTranscoding(video: Uploaded) {
    this.piece('label[for="upload-bar"]').textContent = this.messages.t('upload.transcoding')
    follow(this.withId(this.settings.eventsUrl, video), progress => {
      this.draw(progress.percent)
      if (progress.error) this.say(progress.error)
      else this.say(progress.done ? this.messages.t('upload.transcoded') : progress.label ?? '')
    })
  }

  private withId(url: string, video: Uploaded): string {
    return url.replace('{uuid}', encodeURIComponent(video.uuid))
  }

  private progress(sent: number, size: number) {
    this.pace.mark(sent)
    if (performance.now() - this.drawnAt < 250 && sent < size) return
    this.drawnAt = performance.now()
    const percent = size > 0 ? Math.floor(sent / size * 100) : 0
    this.draw(percent)
    const speed = this.pace.perSecond()
    const text = sent >= size
      ? this.messages.t('upload.finishing')
      : this.messages.t('upload.sending', {
        sent: this.messages.bytes(sent), size: this.messages.bytes(size), speed: speed > 0 ? this.messages.bytes(speed) : '…', left: speed > 0 ? this.span((size - sent) / speed) : '…'
      })
    this.piece('[data-status]').textContent = text
    // Screen readers hear of every quarter, not of every chunk.
    if (Math.floor(percent / 25) > this.announced) {
      this.announced = Math.floor(percent / 25)
      this.piece('[data-announce]').textContent = text
    }
  }

  private announceResumed(share: number) {
    this.piece('[data-announce]').textContent = this.messages.t('upload.resumed', { percent: Math.floor(share * 100) })
  }

  private span(seconds: number): string {
    if (seconds < 60) return this.messages.t('upload.seconds', { n: Math.ceil(seconds) })
    if (seconds < 3600) return this.messages.t('upload.minutes', { n: Math.ceil(seconds / 60) })
    return this.messages.t('upload.hours', { h: Math.floor(seconds / 3600), m: Math.round(seconds % 3600 / 60) })
  }

  private draw(percent: number) {
    this.piece<HTMLProgressElement>('progress').value = percent
    this.piece('.progress-value').textContent = `${percent} %`
  }

  private say(text: string) {
    this.piece('[data-status]').textContent = text
    this.piece('[data-announce]').textContent = text
  }

  private show(state: 'sending' | 'paused' | 'failed' | 'done') {
    const pause = this.piece('[data-pause]')
    pause.hidden = state === 'failed' || state === 'done'
    pause.textContent = this.messages.t(state === 'paused' ? 'upload.resume' : 'upload.pause')
    this.piece('[data-retry]').hidden = state !== 'failed'
    this.piece('[data-cancel]').hidden = state === 'done'
  }

  private piece<E extends HTMLElement = HTMLElement>(selector: string): E {
    const found = this.querySelector<E>(selector)
    if (!found) throw new Error(`the upload form has no ${selector}`)
    return found
  }
}

customElements.define('lucarne-upload', Upload)
