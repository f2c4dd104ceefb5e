import { clock, Messages } from '../messages'
import { dataOf, keep, kept } from '../page'
import { Gauge, type Figures } from './figures'
import { Line, type LineSettings } from './line'
import { Mixer } from './mixer'
import { h264, opus, qualities, type Quality } from './quality'
import { devices, open, openScreen, problemOf, type Opened } from './sources'
import { Refusal } from './whip'

interface Settings extends LineSettings { messages: Record<string, string | Record<string, string>> }

type State = 'unsupported' | 'idle' | 'asking' | 'ready' | 'connecting' | 'onair' | 'reconnecting' | 'ended'

/** What a state can become. */
const next: Record<State, State[]> = {
  unsupported: [], idle: ['asking'], asking: ['idle', 'ready'], ready: ['connecting'],
  connecting: ['onair', 'ready'], onair: ['reconnecting', 'ended'], reconnecting: ['onair', 'ended'], ended: ['connecting']
}

const onTheWay: State[] = ['connecting', 'onair', 'reconnecting']
const qualityKey = 'lucarne.golive.quality'
const silentFor = 8 // seconds after which the user hears of it

/** The page that broadcasts from the browser. See ui.GoLive. */
class GoLive extends HTMLElement {
  private readonly settings = dataOf<Settings>(this)
  private readonly messages = new Messages(this.settings.messages)
  private state: State = 'idle'
  private mixer: Mixer | undefined
  private line: Line | undefined
  private gauge = new Gauge()
  private camera: MediaStreamTrack | undefined
  private screen: MediaStreamTrack | undefined
  private microphone: MediaStreamTrack | undefined
  private isMuted = false
  private isHidden = false
  private startedAt = 0
  private silence = 0 // seconds
  private loudest = 0 // since the last tick
  private wakeLock: WakeLockSentinel | undefined

  connectedCallback() {
    const remembered = kept(qualityKey)
    if (remembered && qualities[remembered]) this.piece<HTMLSelectElement>('[name=quality]').value = remembered
    this.listen()
    const missing = this.missing()
    if (missing) {
      this.state = 'unsupported'
      this.complain(missing)
    }
    this.draw()
  }

  disconnectedCallback() {
    this.line?.close()
    this.stopSources()
  }

  /** missing names what this browser or this page lacks: the key of a message. */
  private missing(): string | undefined {
    if (!window.isSecureContext) return 'golive.problem-insecure'
    if (!('RTCPeerConnection' in window) || !navigator.mediaDevices) return 'golive.problem-browser'
    if (opus().length === 0 || h264().length === 0) return 'golive.problem-h264'
    return undefined
  }

  private listen() {
    const on = (selector: string, type: string, act: () => unknown) => this.piece(selector).addEventListener(type, () => void act())
    on('[data-start]', 'click', () => this.turnOn())
    on('[data-start-screen]', 'click', () => this.shareScreen())
    on('[data-go]', 'click', () => this.goLive())
    on('[data-stop]', 'click', () => this.stop())
    on('[data-cancel]', 'click', () => this.stop())
    on('[data-mute]', 'click', () => this.mute())
    on('[data-hide]', 'click', () => this.hide())
    on('[data-screen]', 'click', () => this.screen ? this.leaveScreen() : this.shareScreen())
    on('[name=camera]', 'change', () => this.changeCamera())
    on('[name=microphone]', 'change', () => this.changeMicrophone())
    on('[name=quality]', 'change', () => this.changeQuality())
    navigator.mediaDevices?.addEventListener('devicechange', () => void this.listDevices())
    addEventListener('beforeunload', event => { if (onTheWay.includes(this.state)) event.preventDefault() })
    document.addEventListener('visibilitychange', () => void this.stayAwake())
    setInterval(() => void this.tick(), 1000)
  }

  // Sources

  private async turnOn() {
    this.become('asking')
    this.complain(undefined)
    try {
      this.take(await open({ camera: undefined, microphone: undefined }, this.quality()))
      await this.listDevices()
      this.become('ready')
    } catch (problem) {
      this.become('idle')
      this.complain(problemOf(problem))
    }
  }

  private take({ picture, sound }: Opened) {
    this.mixer ??= this.begin()
    if (picture) this.takeCamera(picture)
    if (sound) this.takeMicrophone(sound)
  }

  private begin(): Mixer {
    const mixer = new Mixer()
    const meter = this.piece('[data-meter]')
    let drawn = 0, shown = 0
    const measure = (now: number) => {
      if (now - drawn > 60) {
        drawn = now
        const level = mixer.level()
        this.loudest = Math.max(this.loudest, level)
        shown = Math.max(level, shown - 4) // falls slower than it rises, so that it can be read
        meter.style.setProperty('--level', `${shown}%`)
        meter.setAttribute('aria-valuenow', String(Math.round(shown)))
      }
      if (this.isConnected) requestAnimationFrame(measure)
    }
    requestAnimationFrame(measure)
    return mixer
  }

  private takeCamera(track: MediaStreamTrack) {
    this.camera?.stop()
    this.camera = track
    track.enabled = !this.isHidden
    track.contentHint = 'motion'
    track.addEventListener('ended', () => { if (track === this.camera) this.complain('golive.problem-camera-gone') })
    if (!this.screen) this.showPicture(track)
  }

  private takeMicrophone(track: MediaStreamTrack) {
    this.microphone?.stop()
    this.microphone = track
    track.addEventListener('ended', () => { if (track === this.microphone) this.complain('golive.problem-microphone-gone') })
    this.mixer?.feed('microphone', track)
    this.silence = 0
  }

  private async shareScreen() {
    this.complain(undefined)
    const before = this.state
    if (before === 'idle') this.become('asking')
    try {
      const { picture, sound } = await openScreen(this.quality())
      if (!picture) throw new DOMException('', 'NotFoundError')
      this.takeScreen(picture, sound)
      if (before === 'idle') await this.addMicrophone()
      if (this.state === 'asking') this.become('ready')
    } catch (problem) {
      if (this.state === 'asking') this.become('idle')
      // Who closes the choice of windows knows it.
      if (!(problem instanceof DOMException && problem.name === 'NotAllowedError')) this.complain(problemOf(problem))
    }
    this.draw()
  }

  private takeScreen(picture: MediaStreamTrack, sound: MediaStreamTrack | undefined) {
    this.mixer ??= this.begin()
    this.screen = picture
    picture.contentHint = 'detail'
    picture.addEventListener('ended', () => this.leaveScreen()) // the browser's own "stop sharing"
    this.mixer.feed('screen', sound)
    this.showPicture(picture)
  }

  /** addMicrophone lets who shares a screen speak; a screen without a voice is fine too. */
  private async addMicrophone() {
    try {
      const { sound } = await open({ camera: null, microphone: undefined }, this.quality())
      if (sound) this.takeMicrophone(sound)
    } catch {
      this.complain('golive.problem-no-voice')
    }
    await this.listDevices()
  }

  private async leaveScreen() {
    this.screen?.stop()
    this.screen = undefined
    this.mixer?.feed('screen', undefined)
    if (this.camera?.readyState === 'live') this.showPicture(this.camera)
    else await this.changeCamera()
    this.draw()
  }

  private async changeCamera() {
    await this.reopen('camera', async id => {
      const { picture } = await open({ camera: id, microphone: null }, this.quality())
      if (picture) this.takeCamera(picture)
    })
  }

  private async changeMicrophone() {
    await this.reopen('microphone', async id => {
      const { sound } = await open({ camera: null, microphone: id }, this.quality())
      if (sound) this.takeMicrophone(sound)
    })
  }

  private async reopen(name: 'camera' | 'microphone', act: (id: string | undefined) => Promise<void>) {
    this.complain(undefined)
    try {
      await act(this.piece<HTMLSelectElement>(`[name=${name}]`).value || undefined)
      await this.listDevices()
    } catch (problem) {
      this.complain(problemOf(problem))
    }
    this.draw()
  }

  private async changeQuality() {
    keep(qualityKey, this.piece<HTMLSelectElement>('[name=quality]').value)
    if (this.camera) await this.changeCamera()
  }

  private quality(): Quality {
    return qualities[this.piece<HTMLSelectElement>('[name=quality]').value] ?? { height: 720, bitrate: 2_500_000 }
  }

  private showPicture(track: MediaStreamTrack) {
    this.piece<HTMLVideoElement>('[data-preview]').srcObject = new MediaStream([track])
    void this.line?.show(track)
    this.draw()
  }

  private async listDevices() {
    await this.fillDevices('camera', 'videoinput', this.camera)
    await this.fillDevices('microphone', 'audioinput', this.microphone)
  }

  private async fillDevices(name: string, kind: 'videoinput' | 'audioinput', current: MediaStreamTrack | undefined) {
    const select = this.piece<HTMLSelectElement>(`[name=${name}]`)
    const found = await devices(kind)
    if (found.length === 0) return
    select.replaceChildren(...found.map((device, i) => {
      const label = device.label || this.messages.t(kind === 'videoinput' ? 'golive.camera-n' : 'golive.microphone-n', { n: i + 1 })
      return new Option(label, device.deviceId, false, device.deviceId === current?.getSettings().deviceId)
    }))
    this.draw()
  }

  private mute() {
    this.isMuted = !this.isMuted
    this.mixer?.mute(this.isMuted)
    this.announce(this.isMuted ? 'golive.muted' : 'golive.unmuted')
    this.draw()
  }

  private hide() {
    this.isHidden = !this.isHidden
    if (this.camera) this.camera.enabled = !this.isHidden
    this.announce(this.isHidden ? 'golive.hidden' : 'golive.shown')
    this.draw()
  }

  private stopSources() {
    for (const track of [this.camera, this.screen, this.microphone]) track?.stop()
    this.mixer?.close()
  }

  // On air

  private async goLive() {
    const sound = this.mixer?.track
    if (!sound) return
    this.complain(undefined)
    this.startedAt = 0
    this.gauge = new Gauge()
    this.become('connecting')
    const line = this.line = new Line(this.settings, this.quality(), {
      connected: () => this.connected(),
      interrupted: () => this.become('reconnecting'),
      failed: reason => this.failed(reason)
    }, this.screen ?? this.camera, sound)
    await line.open()
  }

  private connected() {
    this.startedAt ||= performance.now()
    this.complain(undefined)
    this.become('onair')
    void this.stayAwake()
  }

  private failed(reason: unknown) {
    const wasOnAir = this.state !== 'connecting'
    this.hangUp()
    this.become(wasOnAir ? 'ended' : 'ready')
    if (reason instanceof Refusal) this.complain('golive.problem-refused', reason.message || String(reason.status))
    else if (reason instanceof TypeError) this.complain('golive.problem-unreachable')
    else this.complain(wasOnAir ? 'golive.problem-lost' : 'golive.problem-connection')
  }

  private stop() {
    const wasOnAir = this.state !== 'connecting'
    this.line?.close()
    this.hangUp()
    this.become(wasOnAir ? 'ended' : 'ready')
  }

  private hangUp() {
    this.line = undefined
    void this.wakeLock?.release()
    this.wakeLock = undefined
    this.piece('[data-total]').textContent = this.messages.t('golive.ended-after', { time: this.onAirFor() })
  }

  /** stayAwake keeps a phone from sleeping in the middle of the show; browsers forget it when the page is hidden. */
  private async stayAwake() {
    if (!onTheWay.includes(this.state) || document.hidden || !('wakeLock' in navigator)) return
    this.wakeLock = await navigator.wakeLock.request('screen').catch(() => undefined)
  }

  private onAirFor(): string {
    return clock(this.startedAt ? (performance.now() - this.startedAt) / 1000 : 0)
  }

  private async tick() {
    this.listenForSilence()
    if (!onTheWay.includes(this.state)) return
    this.piece('[data-time]').textContent = this.onAirFor()
    const report = await this.line?.stats()
    const figures = report && this.gauge.read(report)
    if (figures && this.state === 'onair') this.drawFigures(figures)
  }

  private listenForSilence() {
    const isListening = this.microphone && !this.isMuted && !document.hidden // the meter rests while the page is not seen
    this.silence = isListening && this.loudest < 5 ? this.silence + 1 : 0
    this.loudest = 0
    this.piece('[data-silence]').hidden = this.silence < silentFor
  }

  // What is seen

  private become(state: State) {
    if (state === this.state) return
    if (!next[this.state].includes(state)) throw new Error(`${this.state} does not become ${state}`)
    this.state = state
    this.announce(stateKeys[state])
    this.draw()
    this.focusOn(state)
  }

  /** focusOn keeps the keyboard where the next thing to do is: the button that was pressed is gone. */
  private focusOn(state: State) {
    const there: Partial<Record<State, string>> = { ready: '[data-go]', connecting: '[data-cancel]', onair: '[data-stop]', ended: '[data-go]' }
    const isLost = !this.contains(document.activeElement) || (document.activeElement as HTMLElement).offsetParent === null
    const piece = there[state]
    if (piece && isLost) this.piece(piece).focus({ preventScroll: true })
  }

  private draw() {
    const { state } = this
    const hasSource = this.mixer !== undefined && state !== 'asking'
    const isSending = onTheWay.includes(state)
    this.dataset.state = state
    this.show('[data-empty]', !hasSource && state !== 'unsupported')
    this.show('[data-preview]', hasSource && (this.screen ?? this.camera) !== undefined)
    this.show('[data-sound-only]', hasSource && !this.screen && !this.camera)
    this.show('[data-start-buttons]', state === 'idle')
    this.show('[data-asking]', state === 'asking')
    this.show('[data-controls]', hasSource)
    this.show('[data-go]', state === 'ready' || state === 'ended')
    this.show('[data-cancel]', state === 'connecting')
    this.show('[data-stop]', state === 'onair' || state === 'reconnecting')
    this.show('[data-figures]', state === 'onair' || state === 'reconnecting')
    this.show('[data-ended]', state === 'ended')
    this.show('[data-off]', this.isHidden && !this.screen && hasSource)
    this.show('[data-settings]', hasSource)
    this.piece('[data-badge-text]').textContent = this.messages.t(stateKeys[state])
    this.piece('[data-badge]').classList.toggle('is-live', state === 'onair')
    this.show('[data-badge]', hasSource)
    this.show('[data-badge] [data-time]', isSending && this.startedAt > 0)
    this.piece('[data-go-text]').textContent = this.messages.t(state === 'ended' ? 'golive.again' : 'golive.go')
    this.drawToggles(isSending)
  }

  private drawToggles(isSending: boolean) {
    const press = (selector: string, is: boolean) => this.piece(selector).setAttribute('aria-pressed', String(is))
    press('[data-mute]', this.isMuted)
    press('[data-hide]', this.isHidden)
    press('[data-screen]', this.screen !== undefined)
    this.show('[data-screen]', 'getDisplayMedia' in (navigator.mediaDevices ?? {}) && (!isSending || this.camera !== undefined || this.screen !== undefined))
    this.show('[data-start-screen]', 'getDisplayMedia' in (navigator.mediaDevices ?? {}))
    this.show('[data-mute]', this.microphone !== undefined)
    this.show('[data-hide]', this.camera !== undefined && !this.screen)
    this.piece<HTMLSelectElement>('[name=quality]').disabled = isSending
    this.piece<HTMLVideoElement>('[data-preview]').classList.toggle('is-mirrored', !this.screen && isFacing(this.camera))
  }

  private drawFigures(f: Figures) {
    const { messages } = this
    this.piece('[data-bitrate]').textContent = messages.t('golive.bitrate-value', { n: Math.round(f.bitrate / 100_000) / 10 })
    this.piece('[data-size]').textContent = f.width ? messages.t('golive.size-value', { width: f.width, height: f.height, frames: f.frames }).replaceAll(/(\d)[\s.,\u202f](\d{3})\b/g, '$1$2') : '–'
    this.piece('[data-lost]').textContent = messages.t('golive.lost-value', { n: Math.round(f.lost * 10) / 10 })
    const advice = f.isLimited === 'cpu' ? 'golive.limited-cpu' : f.isLimited ? 'golive.limited-line' : ''
    this.show('[data-advice]', advice !== '')
    if (advice) this.piece('[data-advice-text]').textContent = messages.t(advice)
  }

  private complain(key: string | undefined, reason = '') {
    const box = this.piece('[data-problem]')
    box.hidden = key === undefined
    this.piece('[data-problem-text]').textContent = key ? this.messages.t(key, { reason }) : ''
  }

  private announce(key: string) {
    this.piece('[data-announce]').textContent = this.messages.t(key)
  }

  private show(selector: string, is: boolean) {
    this.piece(selector).hidden = !is
  }

  private piece<E extends HTMLElement = HTMLElement>(selector: string): E {
    const found = this.querySelector<E>(selector)
    if (!found) throw new Error(`the page has no ${selector}`)
    return found
  }
}

const stateKeys: Record<State, string> = {
  unsupported: 'golive.state-unsupported', idle: 'golive.state-idle', asking: 'golive.state-asking', ready: 'golive.state-ready',
  connecting: 'golive.state-connecting', onair: 'golive.state-onair', reconnecting: 'golive.state-reconnecting', ended: 'golive.state-ended'
}

/** isFacing tells a camera that shows its user, who expects a mirror. */
function isFacing(camera: MediaStreamTrack | undefined): boolean {
  return camera !== undefined && camera.getSettings().facingMode !== 'environment'
}

customElements.define('lucarne-golive', GoLive)
