import { attribute, child, ns, parse, textOf, xml, type Xml } from './stanza'

/** Identity is who signs in, and how (RFC 4422). */
export interface Identity {
  domain: string
  mechanism: 'ANONYMOUS' | 'PLAIN'
  initial: string // base64
}

/** Refusal is an error the other side answered with. */
export class Refusal extends Error {
  constructor(readonly condition: string, readonly kind: string, text: string, readonly code = '') {
    super(text)
  }
}

/** refusalOf reads the error of a stanza (RFC 6120 §8.3). */
export function refusalOf(stanza: Element): Refusal {
  const error = child(stanza, ns.client, 'error')
  const condition = [...error?.children ?? []].find(e => e.namespaceURI === ns.stanzas && e.localName !== 'text')
  return new Refusal(condition?.localName ?? 'undefined-condition', attribute(error, 'type'), textOf(error, ns.stanzas, 'text'), attribute(child(error, ns.chat, 'reason'), 'code'))
}

/** Listener is told what happens on the line. */
export interface Listener {
  /** identity is asked for each time the line is opened. */
  identity(): Promise<Identity>
  /** opening is what to send after signing in, without waiting for answers. */
  opening(): Xml[]
  stanza(stanza: Element): void
  /** down says that the line is lost and when it is tried again; undefined: it is given up. */
  down(retryIn: number | undefined, reason: Refusal | undefined): void
}

const pingEvery = 70_000 // the server asks sooner
const deadAfter = 110_000
const answerWithin = 20_000
const openWithin = 20_000
const steadyAfter = 20_000
const firstWait = 1000
const longestWait = 30_000

/** Connection is XMPP over a WebSocket (RFC 7395) that is opened again whenever it is lost. */
export class Connection {
  private socket: WebSocket | undefined
  private readonly waiting = new Map<string, { resolve(answer: Element): void, reject(problem: Error): void, timer: number }>()
  private tries = 0
  private retry: number | undefined
  private openedAt = 0
  private heardAt = 0
  private reason: Refusal | undefined
  private isSignedIn = false
  private isStopped = false
  private readonly stopping = new AbortController()
  private ids = 0

  constructor(private readonly url: string, private readonly listener: Listener) {
    const { signal } = this.stopping
    const timer = window.setInterval(() => this.beat(), pingEvery / 2)
    signal.addEventListener('abort', () => clearInterval(timer))
    addEventListener('online', () => this.hurry(), { signal })
    addEventListener('pagehide', () => this.socket?.close(), { signal })
    addEventListener('pageshow', event => { if (event.persisted) this.hurry() }, { signal })
    document.addEventListener('visibilitychange', () => { if (!document.hidden) this.hurry() }, { signal })
  }

  /** open begins; what happens is told to the listener. */
  open() { void this.connect() }

  /** stop ends the line for good. */
  stop() {
    this.isStopped = true
    this.stopping.abort()
    clearTimeout(this.retry)
    if (this.isSignedIn) this.write(xml('close', { xmlns: ns.framing }))
    this.socket?.close()
  }

  /** send gives a stanza to the line, and reports whether there is one. */
  send(stanza: Xml): boolean { return this.isSignedIn && this.write(stanza) }

  /** id names a stanza; no other of this page has the same. */
  id(): string { return `${this.ids++}-${Math.random().toString(36).slice(2, 10)}` }

  /** ask sends an IQ and resolves to its answer, or rejects with a Refusal. */
  ask(kind: 'get' | 'set', to: string | undefined, ...payload: Xml[]): Promise<Element> {
    const id = this.id()
    return new Promise((resolve, reject) => {
      const late = () => { this.waiting.delete(id); reject(new Refusal('remote-server-timeout', 'wait', '')) }
      this.waiting.set(id, { resolve, reject, timer: window.setTimeout(late, answerWithin) })
      if (!this.send(xml('iq', { xmlns: ns.client, type: kind, id, to }, ...payload))) late()
    })
  }

  private async connect() {
    this.retry = undefined
    let who: Identity
    try {
      who = await this.listener.identity()
    } catch (problem) {
      return this.lost(problem instanceof Refusal ? problem : undefined)
    }
    if (this.isStopped) return
    const socket = new WebSocket(new URL(this.url, location.href.replace(/^http/, 'ws')), 'xmpp')
    this.socket = socket
    this.reason = undefined
    const late = window.setTimeout(() => socket.close(), openWithin)
    socket.onopen = () => this.greet(who)
    socket.onmessage = event => {
      this.heardAt = Date.now()
      if (this.isSignedIn) clearTimeout(late)
      if (this.socket === socket && typeof event.data === 'string') this.receive(event.data)
    }
    socket.onclose = () => {
      clearTimeout(late)
      if (this.socket === socket) this.lost(this.reason)
    }
  }

  /** greet says all a client has to say at once: the answers are read as they come. */
  private greet({ domain, mechanism, initial }: Identity) {
    this.heardAt = this.openedAt = Date.now()
    const open = xml('open', { xmlns: ns.framing, to: domain, version: '1.0' })
    this.write(open)
    this.write(xml('auth', { xmlns: ns.sasl, mechanism }, initial))
    this.write(open)
    this.write(xml('iq', { xmlns: ns.client, type: 'set', id: 'bind' }, xml('bind', { xmlns: ns.bind })))
    for (const stanza of this.listener.opening()) this.write(stanza)
  }

  private receive(text: string) {
    const element = parse(text)
    if (!element) return this.socket?.close()
    switch (element.namespaceURI) {
      case ns.framing:
        if (element.localName === 'close') this.socket?.close()
        return
      case ns.sasl:
        return this.signedIn(element)
      case ns.streams:
        if (element.localName === 'error') this.reason = new Refusal(element.firstElementChild?.localName ?? '', 'stream', textOf(element, 'urn:ietf:params:xml:ns:xmpp-streams', 'text'))
        return
      case ns.client:
        return this.stanza(element)
    }
  }

  private signedIn(element: Element) {
    if (element.localName === 'success') return
    this.reason = new Refusal('not-authorized', 'auth', textOf(element, ns.sasl, 'text'))
    this.socket?.close()
  }

  private stanza(element: Element) {
    if (element.localName !== 'iq') return this.listener.stanza(element)
    const type = attribute(element, 'type')
    if (attribute(element, 'id') === 'bind' && type === 'result') this.isSignedIn = true
    if (type === 'result' || type === 'error') return this.answered(element, type === 'error')
    if (type === 'get' && child(element, ns.ping, 'ping')) this.send(xml('iq', { xmlns: ns.client, type: 'result', id: attribute(element, 'id'), to: attribute(element, 'from') || undefined }))
  }

  private answered(element: Element, isRefused: boolean) {
    const asked = this.waiting.get(attribute(element, 'id'))
    if (!asked) return
    this.waiting.delete(attribute(element, 'id'))
    clearTimeout(asked.timer)
    if (isRefused) asked.reject(refusalOf(element))
    else asked.resolve(element)
  }

  private write(what: Xml): boolean {
    if (this.socket?.readyState !== WebSocket.OPEN) return false
    this.socket.send(what.markup)
    return true
  }

  /** beat notices a line that is dead without having said so. */
  private beat() {
    if (!this.isSignedIn) return
    const silent = Date.now() - this.heardAt
    if (silent > deadAfter) this.socket?.close()
    else if (silent > pingEvery - 1000) void this.ask('get', undefined, xml('ping', { xmlns: ns.ping })).catch(() => undefined)
  }

  /** hurry tries a lost line at once: somebody looks, or there is a network again. */
  private hurry() {
    if (this.retry === undefined || this.isStopped) return
    clearTimeout(this.retry)
    this.tries = 0
    void this.connect()
  }

  private lost(reason: Refusal | undefined) {
    const wasSteady = this.isSignedIn && Date.now() - this.openedAt > steadyAfter
    this.socket = undefined
    this.isSignedIn = false
    for (const { reject, timer } of this.waiting.values()) {
      clearTimeout(timer)
      reject(new Refusal('remote-server-timeout', 'wait', ''))
    }
    this.waiting.clear()
    if (this.isStopped) return
    if (isFinal(reason)) {
      this.stop()
      return this.listener.down(undefined, reason)
    }
    this.tries = wasSteady ? 0 : this.tries + 1
    // Full jitter: a whole audience lost its line in the same instant.
    const wait = firstWait / 4 + Math.random() * Math.min(longestWait, firstWait * 2 ** Math.max(1, this.tries))
    this.retry = window.setTimeout(() => void this.connect(), wait)
    this.listener.down(wait, reason)
  }
}

/** isFinal tells what trying again does not mend. */
function isFinal(reason: Refusal | undefined): boolean {
  return reason !== undefined && ['host-unknown', 'conflict', 'forbidden'].includes(reason.condition)
}

/** base64 encodes text as UTF-8. */
export function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)))
}
