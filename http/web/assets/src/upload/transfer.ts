import { csrfToken } from '../page'

/** Uploaded is the video the server made of the file. */
export interface Uploaded { id: number, uuid: string, shortUUID: string }

/** Refusal is an answer that trying again will not change. */
export class Refusal extends Error {
  constructor(readonly status: number, message: string) {
    super(message)
  }
}

/** Details are what the server must know to begin. */
export interface Details { channelId: number, name: string, privacy: number, waitTranscoding: boolean }

/** Watcher is told how an upload goes on. */
export interface Watcher {
  sent(bytes: number): void
  retrying(seconds: number): void
}

const smallest = 256 * 1024
const largest = 64 * 1024 * 1024
const wantedSeconds = 4

/** Transfer sends one file in chunks, each as large as the connection carries in a few seconds, and survives its failures. */
export class Transfer {
  private chunk = 1024 * 1024
  private offset = 0
  private request: XMLHttpRequest | undefined
  private stopped = false
  private chunksSent = 0
  private wake: (() => void) | undefined

  constructor(private readonly file: File, private readonly url: string, private readonly watcher: Watcher) {}

  /** create asks for a new upload and returns its URL. */
  static async create(endpoint: string, file: File, details: Details): Promise<string> {
    const answer = await fetch(endpoint, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json', 'X-CSRF-Token': csrfToken(),
        'X-Upload-Content-Length': String(file.size), 'X-Upload-Content-Type': file.type || 'application/octet-stream'
      },
      body: JSON.stringify({ ...details, filename: file.name })
    })
    if (!answer.ok) throw new Refusal(answer.status, await reason(answer))
    const location = answer.headers.get('Location')
    if (!location) throw new Refusal(answer.status, 'Location')
    return sameOrigin(location, endpoint)
  }

  /** cancel tells the server to forget the upload. */
  static async cancel(url: string) {
    await fetch(url, { method: 'DELETE', headers: { 'X-CSRF-Token': csrfToken() } }).catch(() => undefined)
  }

  /** run sends until the end and returns the video; undefined when it was stopped. It throws a Refusal. */
  async run(resuming: boolean): Promise<Uploaded | undefined> {
    let failures = 0
    let asking = resuming
    while (!this.stopped) {
      const answer = asking ? await this.ask() : await this.send()
      if (this.stopped) break
      if (answer.kind === 'done') return answer.video
      if (answer.kind === 'on') {
        asking = false
        failures = 0
        this.offset = answer.next
        this.watcher.sent(this.offset)
        continue
      }
      if (answer.kind === 'refused') throw new Refusal(answer.status, answer.reason)
      asking = true
      this.chunk = Math.max(smallest, this.chunk / 2)
      await this.wait(answer.after ?? Math.min(60, 2 ** failures++))
    }
    return undefined
  }

  /** hasSent tells whether this run has sent anything itself yet. */
  hasSent(): boolean { return this.chunksSent > 0 }

  /** stop ends the sending; what has arrived stays on the server. */
  stop() {
    this.stopped = true
    this.request?.abort()
    this.wake?.()
  }

  /** ask finds out what has arrived: an empty chunk with an unknown range, as the protocol has it. */
  private ask(): Promise<Answer> {
    return this.put(`bytes */${this.file.size}`, null)
  }

  private async send(): Promise<Answer> {
    const end = Math.min(this.offset + this.chunk, this.file.size)
    const begun = performance.now()
    this.chunksSent++
    const answer = await this.put(`bytes ${this.offset}-${end - 1}/${this.file.size}`, this.file.slice(this.offset, end))
    const seconds = Math.max(0.05, (performance.now() - begun) / 1000)
    if (answer.kind === 'on') this.adapt((end - this.offset) / seconds)
    return answer
  }

  /** adapt aims at chunks of a few seconds, at most doubling or halving so that one odd measure does little harm. */
  private adapt(perSecond: number) {
    const wanted = Math.min(this.chunk * 2, Math.max(this.chunk / 2, perSecond * wantedSeconds))
    this.chunk = Math.round(Math.min(largest, Math.max(smallest, wanted)))
  }

  private put(range: string, body: Blob | null): Promise<Answer> {
    return new Promise(resolve => {
      const request = this.request = new XMLHttpRequest()
      request.open('PUT', this.url)
      request.setRequestHeader('Content-Type', 'application/octet-stream')
      request.setRequestHeader('Content-Range', range)
      request.setRequestHeader('X-CSRF-Token', csrfToken())
      request.upload.onprogress = event => { if (body) this.watcher.sent(this.offset + event.loaded) }
      request.onload = () => resolve(this.read(request))
      request.onerror = request.onabort = request.ontimeout = () => resolve({ kind: 'again' })
      request.timeout = 5 * 60 * 1000
      request.send(body)
    })
  }

  private read(request: XMLHttpRequest): Answer {
    const { status } = request
    if (status === 308) return { kind: 'on', next: arrived(request.getResponseHeader('Range')) }
    if (status >= 200 && status < 300) return done(request)
    if (status === 429 || status === 503) return { kind: 'again', after: Math.min(300, Number(request.getResponseHeader('Retry-After')) || 5) }
    if (status >= 500 || status === 409 || status === 0) return { kind: 'again' }
    return { kind: 'refused', status, reason: reasonIn(request.responseText) }
  }

  private wait(seconds: number): Promise<void> {
    this.watcher.retrying(seconds)
    return new Promise(resolve => {
      const go = () => { clearTimeout(timer); removeEventListener('online', go); resolve() }
      const timer = setTimeout(go, seconds * 1000)
      addEventListener('online', go)
      this.wake = go
    })
  }
}

type Answer =
  | { kind: 'on', next: number }
  | { kind: 'done', video: Uploaded }
  | { kind: 'again', after?: number }
  | { kind: 'refused', status: number, reason: string }

function done(request: XMLHttpRequest): Answer {
  try {
    return { kind: 'done', video: (JSON.parse(request.responseText) as { video: Uploaded }).video }
  } catch {
    return { kind: 'refused', status: request.status, reason: '' }
  }
}

/** arrived reads "bytes=0-19199": how many bytes the server holds. */
function arrived(range: string | null): number {
  const match = /-(\d+)$/.exec(range ?? '')
  return match ? Number(match[1]) + 1 : 0
}

async function reason(answer: Response): Promise<string> {
  return reasonIn(await answer.text())
}

function reasonIn(body: string): string {
  try {
    const problem = JSON.parse(body) as { detail?: string, error?: string | { message?: string } }
    return problem.detail ?? (typeof problem.error === 'string' ? problem.error : problem.error?.message) ?? ''
  } catch {
    return ''
  }
}

/** sameOrigin keeps path and query of the answer: behind a proxy its host and scheme may not be the visitor's. */
function sameOrigin(location: string, endpoint: string): string {
  const url = new URL(location, new URL(endpoint, document.baseURI))
  return url.pathname + url.search
}
