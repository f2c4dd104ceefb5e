import { dataOf } from '../page'
import { clock, Messages } from '../messages'
import { EmbedApi } from './embed-api'
import { listen } from './keyboard'
import { showFailure } from './notices'
import { open, type Failure, type Playback } from './playback'
import { Position } from './position'
import { keepSound, prefer, preferences } from './preferences'
import type { Settings } from './settings'
import { shareDialog } from './share'
import { Sharing, sharingNotice } from './sharing'
import { Sheet } from './sheet'
import { FileToken } from './token'
import { addChapters, addStoryboard, captionTracks, showCaptions, styleCaptions } from './tracks'
import { reportViews } from './views'

/** The player: a <video> that plays by itself, made better once the page has been painted. See ui.Player. */
class Player extends HTMLElement {
  private readonly stop = new AbortController()
  private readonly settings = dataOf<Settings>(this)
  private readonly messages = new Messages(this.settings.messages)
  private readonly token = new FileToken(this.settings)
  private playback: Playback | undefined
  private api: EmbedApi | undefined
  private sharing: Sharing | undefined
  private say: ((text: string) => void) | undefined
  private begun = false

  connectedCallback() {
    const video = this.querySelector('video')
    if (!video || this.begun) return
    this.begun = true
    afterPaint(() => void this.enhance(video))
  }

  disconnectedCallback() {
    // A move within the document disconnects and connects again at once.
    queueMicrotask(() => {
      if (this.isConnected) return
      this.stop.abort()
      this.token.stop()
      this.playback?.destroy()
    })
  }

  private async enhance(video: HTMLVideoElement) {
    const { settings, messages } = this
    keepSound(video, settings.isEmbed)
    this.addTracks(video)
    const { drawControls, followChapters, followSeekLinks, toast } = await import('./controls')
    const controls = await drawControls(this, video, settings, messages, () => this.playback)
    const say = toast(this)
    this.say = say
    if (!settings.live) this.begin(video, say)
    this.sharing = new Sharing(settings, () => { drawNotice?.(); void this.load(video) })
    const drawNotice = this.sharing.isAvailable && !settings.isEmbed ? sharingNotice(this, this.sharing, messages) : undefined
    const sheet = new Sheet({ player: this, video, messages, playback: () => this.playback, sharing: this.sharing }, controls.settingsButton, this.stop.signal)
    controls.captionsButton?.addEventListener('click', () => this.toggleCaptions(video))
    controls.theatreButton?.addEventListener('click', () => this.toggleTheatre())
    if (preferences().theatre && !settings.isEmbed) this.toggleAttribute('data-theatre', true)
    listen({
      video, say, toggleFullscreen: () => this.toggleFullscreen(controls.controller), toggleTheatre: () => this.toggleTheatre(),
      toggleCaptions: () => this.toggleCaptions(video), showShortcuts: () => sheet.shortcuts()
    }, this.stop.signal)
    followChapters(this, video, settings.chapters ?? [])
    followSeekLinks(video, this.stop.signal)
    shareDialog(video, settings, messages, this.stop.signal)
    const stopViews = reportViews(video, settings)
    this.stop.signal.addEventListener('abort', stopViews)
    await this.load(video)
    this.toggleAttribute('data-ready', true)
  }

  /** load opens the video, or opens it again another way, from the same moment. */
  private async load(video: HTMLVideoElement) {
    const { currentTime, paused } = video
    const isAgain = this.playback !== undefined
    this.playback?.destroy()
    if (isAgain && !this.settings.live) video.currentTime = currentTime // which taking the stream away has forgotten
    const api = this.settings.api ? (this.api ??= new EmbedApi(video, () => this.playback, this.stop.signal)) : undefined
    this.playback = await open(video, this.settings, this.token, {
      onLevels: () => api?.resolutionsChanged(),
      onFailure: reason => this.fail(reason),
      onSilenced: () => this.say?.(this.messages.t('player.silenced')),
      onInterrupted: () => this.say?.(this.messages.t('player.reconnecting'))
    }, this.sharing?.isOn ?? false)
    if (isAgain && !paused) void video.play().catch(() => undefined)
  }

  private begin(video: HTMLVideoElement, say: (text: string) => void) {
    const { at, resumed } = new Position(video, this.settings).start()
    if (at <= 0 || video.currentTime > 0) return
    video.addEventListener('play', () => {
      const move = () => { video.currentTime = at }
      if (video.readyState > 0) move()
      else video.addEventListener('loadedmetadata', move, { once: true })
      if (resumed) say(this.messages.t('player.resumed', { time: clock(at) }))
    }, { once: true })
  }

  private addTracks(video: HTMLVideoElement) {
    const { chapters, storyboard, duration } = this.settings
    if (chapters?.length) addChapters(video, chapters, duration)
    if (storyboard) addStoryboard(video, storyboard, duration)
    styleCaptions(this)
    const wanted = new URLSearchParams(location.search).get('subtitle') ?? preferences().captions
    if (wanted) showCaptions(video, wanted)
  }

  private fail(reason: Failure) {
    showFailure(this, reason, this.messages, () => this.playback?.retry())
  }

  private toggleTheatre() {
    if (this.settings.isEmbed) return
    prefer({ theatre: this.toggleAttribute('data-theatre') })
  }

  private toggleCaptions(video: HTMLVideoElement) {
    const tracks = captionTracks(video)
    const on = tracks.some(t => t.mode === 'showing')
    const language = on ? '' : tracks.find(t => t.language === preferences().captions)?.language ?? tracks[0]?.language ?? ''
    showCaptions(video, language)
    if (language) prefer({ captions: language })
  }

  private toggleFullscreen(controller: HTMLElement) {
    const name = document.fullscreenElement ? 'mediaexitfullscreenrequest' : 'mediaenterfullscreenrequest'
    controller.dispatchEvent(new CustomEvent(name, { bubbles: true, composed: true }))
  }
}

function afterPaint(then: () => void) {
  requestAnimationFrame(() => {
    if ('requestIdleCallback' in window) requestIdleCallback(then, { timeout: 1000 })
    else setTimeout(then, 50)
  })
}

customElements.define('lucarne-player', Player)
if (document.querySelector('lucarne-live')) void import('./live-stage')
