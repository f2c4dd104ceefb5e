import type { Messages } from '../messages'
import type { Figures } from './figures'
import { isSending, stateKeys, type State } from './state'

/** Scene is all that decides what is seen. */
export interface Scene {
  state: State
  hasSource: boolean
  hasCamera: boolean
  hasMicrophone: boolean
  hasScreen: boolean
  isMirrored: boolean // the camera shows its user
  isMuted: boolean
  isHidden: boolean // the camera is off
  hasTime: boolean // has been on air
  canShow: boolean // pictures can be sent
}

/** View is what ui.GoLive drew, and how it changes. */
export class View {
  private readonly canShare = 'getDisplayMedia' in (navigator.mediaDevices ?? {})

  constructor(private readonly root: HTMLElement, private readonly messages: Messages) {}

  draw(s: Scene) {
    this.root.dataset.state = s.state
    const shows: Record<string, boolean> = {
      '[data-empty]': !s.hasSource && s.state !== 'unsupported',
      '[data-start-buttons]': s.state === 'idle',
      '[data-start-screen]': this.canShare,
      '[data-asking]': s.state === 'asking',
      '[data-preview]': s.hasSource && (s.hasScreen || s.hasCamera),
      '[data-sound-only]': s.hasSource && !s.hasScreen && !s.hasCamera,
      '[data-off]': s.isHidden && !s.hasScreen && s.hasSource,
      '[data-badge]': s.hasSource,
      '[data-badge] [data-time]': isSending(s.state) && s.hasTime,
      '[data-controls]': s.hasSource,
      '[data-settings]': s.hasSource,
      '[data-go]': s.state === 'ready' || s.state === 'ended',
      '[data-cancel]': s.state === 'connecting',
      '[data-stop]': s.state === 'onair' || s.state === 'reconnecting',
      '[data-mute]': s.hasMicrophone,
      '[data-hide]': s.canShow && !s.hasScreen,
      '[data-screen]': s.canShow && this.canShare,
      '[data-figures]': s.state === 'onair' || s.state === 'reconnecting',
      '[data-ended]': s.state === 'ended'
    }
    for (const [selector, is] of Object.entries(shows)) this.show(selector, is)
    this.press('[data-mute]', s.isMuted)
    this.press('[data-hide]', s.isHidden || !s.hasCamera)
    this.press('[data-screen]', s.hasScreen)
    this.piece('[data-badge]').classList.toggle('is-live', s.state === 'onair')
    this.piece('[data-preview]').classList.toggle('is-mirrored', s.isMirrored)
    this.select('quality').disabled = isSending(s.state)
    this.say('[data-badge-text]', stateKeys[s.state])
    this.say('[data-go-text]', s.state === 'ended' ? 'golive.again' : 'golive.go')
  }

  /** focusOn keeps the keyboard where the next thing to do is, when the button that was pressed is gone. */
  focusOn(state: State) {
    const there: Partial<Record<State, string>> = { ready: '[data-go]', connecting: '[data-cancel]', onair: '[data-stop]', ended: '[data-go]' }
    const active = document.activeElement as HTMLElement | null
    const isLost = !active || active === document.body || this.root.contains(active) && active.offsetParent === null
    const piece = there[state]
    if (piece && isLost) this.piece(piece).focus({ preventScroll: true })
  }

  figures(f: Figures) {
    this.say('[data-bitrate]', 'golive.bitrate-value', { n: Math.round(f.bitrate / 100_000) / 10 })
    // As text, since sizes are written without separators.
    this.say('[data-size]', f.width ? 'golive.size-value' : 'golive.none', { width: String(f.width), height: String(f.height), frames: f.frames })
    this.say('[data-lost]', 'golive.lost-value', { n: Math.round(f.lost * 10) / 10 })
    this.show('[data-advice]', f.isLimited !== undefined)
    if (f.isLimited) this.say('[data-advice-text]', f.isLimited === 'cpu' ? 'golive.limited-cpu' : 'golive.limited-line')
  }

  time(text: string) {
    this.piece('[data-time]').textContent = text
  }

  ended(after: string) {
    this.say('[data-total]', 'golive.ended-after', { time: after })
  }

  level(percent: number) {
    const meter = this.piece('[data-meter]')
    meter.style.setProperty('--level', `${percent}%`)
    meter.setAttribute('aria-valuenow', String(Math.round(percent)))
  }

  silence(is: boolean) {
    this.show('[data-silence]', is)
  }

  /** complain says what is wrong and what to do; undefined takes it away. */
  complain(key: string | undefined, reason = '') {
    this.show('[data-problem]', key !== undefined)
    if (key) this.say('[data-problem-text]', key, { reason })
  }

  /** announce tells screen readers. */
  announce(key: string) {
    this.say('[data-announce]', key)
  }

  devices(name: 'camera' | 'microphone', found: MediaDeviceInfo[], current: string | undefined) {
    if (found.length === 0) return
    const unnamed = name === 'camera' ? 'golive.camera-n' : 'golive.microphone-n'
    this.select(name).replaceChildren(...found.map((device, i) =>
      new Option(device.label || this.messages.t(unnamed, { n: i + 1 }), device.deviceId, false, device.deviceId === current)))
  }

  select(name: 'camera' | 'microphone' | 'quality'): HTMLSelectElement {
    return this.piece<HTMLSelectElement>(`[name=${name}]`)
  }

  on(selector: string, type: string, act: () => unknown) {
    this.piece(selector).addEventListener(type, () => void act())
  }

  piece<E extends HTMLElement = HTMLElement>(selector: string): E {
    const found = this.root.querySelector<E>(selector)
    if (!found) throw new Error(`the page has no ${selector}`)
    return found
  }

  private say(selector: string, key: string, values: Record<string, string | number> = {}) {
    this.piece(selector).textContent = this.messages.t(key, values)
  }

  private show(selector: string, is: boolean) {
    this.piece(selector).hidden = !is
  }

  private press(selector: string, is: boolean) {
    this.piece(selector).setAttribute('aria-pressed', String(is))
  }
}
