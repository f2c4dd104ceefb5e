import { clock, Messages } from '../messages'
import { dataOf, keep, kept } from '../page'
import { Gauge } from './figures'
import { Line, type LineSettings } from './line'
import { Mixer } from './mixer'
import { h264, opus, qualities, type Quality } from './quality'
import { devices, open, openScreen, problemOf, type Opened } from './sources'
import { isSending, next, stateKeys, type State } from './state'
import { View } from './view'
import { Refusal } from './whip'

interface Settings extends LineSettings { messages: Record<string, string | Record<string, string>> }

const qualityKey = 'lucarne.golive.quality'
const silentFor = 8 // seconds after which the user hears of it

/** The page that broadcasts from the browser. See ui.GoLive. */
class GoLive extends HTMLElement {
  private readonly settings = dataOf<Settings>(this)
  private readonly view = new View(this, new Messages(this.settings.messages))
  private readonly ticks = setInterval(() => void this.tick(), 1000)
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
  private hasPictureLine = false // of the broadcast: one that began without pictures stays so
  private silence = 0 // seconds
  private loudest = 0 // since the last tick
  private wakeLock: WakeLockSentinel | undefined

  connectedCallback() {
    const remembered = kept(qualityKey)
    if (remembered && qualities[remembered]) this.view.select('quality').value = remembered
    this.listen()
    const missing = this.missing()
    if (missing) {
      this.state = 'unsupported'
      this.view.complain(missing)
    }
    this.draw()
  }

  disconnectedCallback() {
    clearInterval(this.ticks)
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
    const on = (selector: string, type: string, act: () => unknown) => this.view.on(selector, type, act)
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
    addEventListener('beforeunload', event => { if (isSending(this.state)) event.preventDefault() })
    document.addEventListener('visibilitychange', () => void this.stayAwake())
  }

  // Sources

  private async turnOn() {
    this.become('asking')
    this.view.complain(undefined)
    try {
      this.take(await open({ camera: undefined, microphone: undefined }, this.quality()))
      await this.listDevices()
      this.become('ready')
    } catch (problem) {
      this.become('idle')
      this.view.complain(problemOf(problem))
    }
  }

  private take({ picture, sound }: Opened) {
    this.mixer ??= this.begin()
    if (picture) this.takeCamera(picture)
    if (sound) this.takeMicrophone(sound)
  }

  private begin(): Mixer {
    const mixer = new Mixer()
    let drawn = 0, shown = 0
    const measure = (now: number) => {
      if (now - drawn > 60) {
        drawn = now
        const level = mixer.level()
        this.loudest = Math.max(this.loudest, level)
        shown = Math.max(level, shown - 4) // falls slower than it rises, so that it can be read
        this.view.level(shown)
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
    track.addEventListener('ended', () => { if (track === this.camera) this.view.complain('golive.problem-camera-gone') })
    if (!this.screen) this.showPicture(track)
  }

  private takeMicrophone(track: MediaStreamTrack) {
    this.microphone?.stop()
    this.microphone = track
    track.addEventListener('ended', () => { if (track === this.microphone) this.view.complain('golive.problem-microphone-gone') })
    this.mixer?.feed('microphone', track)
    this.silence = 0
  }

  private async shareScreen() {
    this.view.complain(undefined)
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
      if (!(problem instanceof DOMException && problem.name === 'NotAllowedError')) this.view.complain(problemOf(problem))
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
      this.view.complain('golive.problem-no-voice')
    }
    await this.listDevices()
  }

  private async leaveScreen() {
    this.screen?.stop()
    this.screen = undefined
    this.mixer?.feed('screen', undefined)
    if (this.camera?.readyState === 'live') this.showPicture(this.camera)
    this.draw() // without a camera that was turned on before, viewers keep the last picture: none is turned on unasked
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
    this.view.complain(undefined)
    try {
      await act(this.view.select(name).value || undefined)
      await this.listDevices()
    } catch (problem) {
      this.view.complain(problemOf(problem))
    }
    this.draw()
  }

  private async changeQuality() {
    keep(qualityKey, this.view.select('quality').value)
    if (this.camera) await this.changeCamera()
  }

  private quality(): Quality {
    return qualities[this.view.select('quality').value] ?? { height: 720, bitrate: 2_500_000 }
  }

  private showPicture(track: MediaStreamTrack) {
    this.view.piece<HTMLVideoElement>('[data-preview]').srcObject = new MediaStream([track])
    void this.line?.show(track)
    this.draw()
  }

  private async listDevices() {
    this.view.devices('camera', await devices('videoinput'), this.camera?.getSettings().deviceId)
    this.view.devices('microphone', await devices('audioinput'), this.microphone?.getSettings().deviceId)
  }

  private mute() {
    this.isMuted = !this.isMuted
    this.mixer?.mute(this.isMuted)
    this.view.announce(this.isMuted ? 'golive.muted' : 'golive.unmuted')
    this.draw()
  }

  private async hide() {
    if (!this.camera) return this.changeCamera()
    this.isHidden = !this.isHidden
    if (this.camera) this.camera.enabled = !this.isHidden
    this.view.announce(this.isHidden ? 'golive.hidden' : 'golive.shown')
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
    this.view.complain(undefined)
    this.startedAt = 0
    this.hasPictureLine = (this.screen ?? this.camera) !== undefined
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
    this.view.complain(undefined)
    this.become('onair')
    void this.stayAwake()
  }

  private failed(reason: unknown) {
    const wasOnAir = this.state !== 'connecting'
    this.hangUp()
    this.become(wasOnAir ? 'ended' : 'ready')
    if (reason instanceof Refusal) this.view.complain('golive.problem-refused', reason.message || String(reason.status))
    else if (reason instanceof TypeError) this.view.complain('golive.problem-unreachable')
    else this.view.complain(wasOnAir ? 'golive.problem-lost' : 'golive.problem-connection')
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
    this.view.ended(this.onAirFor())
  }

  /** stayAwake keeps a phone from sleeping in the middle of the show; browsers forget it when the page is hidden. */
  private async stayAwake() {
    if (!isSending(this.state) || document.hidden || !('wakeLock' in navigator)) return
    this.wakeLock = await navigator.wakeLock.request('screen').catch(() => undefined)
  }

  private onAirFor(): string {
    return clock(this.startedAt ? (performance.now() - this.startedAt) / 1000 : 0)
  }

  private async tick() {
    this.listenForSilence()
    if (!isSending(this.state)) return
    this.view.time(this.onAirFor())
    const report = await this.line?.stats()
    const figures = report && this.gauge.read(report)
    if (figures && this.state === 'onair') this.view.figures(figures)
  }

  private listenForSilence() {
    const isListening = this.microphone && !this.isMuted && !document.hidden // the meter rests while the page is not seen
    this.silence = isListening && this.loudest < 5 ? this.silence + 1 : 0
    this.loudest = 0
    this.view.silence(this.silence >= silentFor)
  }

  // What is seen

  private become(state: State) {
    if (state === this.state) return
    if (!next[this.state].includes(state)) throw new Error(`${this.state} does not become ${state}`)
    this.state = state
    this.view.announce(stateKeys[state])
    this.draw()
    this.view.focusOn(state)
  }

  private draw() {
    this.view.draw({
      state: this.state, hasSource: this.mixer !== undefined && this.state !== 'asking',
      hasCamera: this.camera !== undefined, hasMicrophone: this.microphone !== undefined, hasScreen: this.screen !== undefined,
      isMirrored: !this.screen && isFacing(this.camera), isMuted: this.isMuted, isHidden: this.isHidden, hasTime: this.startedAt > 0,
      canShow: !isSending(this.state) || this.hasPictureLine
    })
  }
}

/** isFacing tells a camera that shows its user, who expects a mirror. */
function isFacing(camera: MediaStreamTrack | undefined): boolean {
  return camera !== undefined && camera.getSettings().facingMode !== 'environment'
}

customElements.define('lucarne-golive', GoLive)
