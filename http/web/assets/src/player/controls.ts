import 'media-chrome/dist/media-controller.js'
import 'media-chrome/dist/media-control-bar.js'
import 'media-chrome/dist/media-fullscreen-button.js'
import 'media-chrome/dist/media-loading-indicator.js'
import 'media-chrome/dist/media-mute-button.js'
import 'media-chrome/dist/media-pip-button.js'
import 'media-chrome/dist/media-play-button.js'
import 'media-chrome/dist/media-preview-chapter-display.js'
import 'media-chrome/dist/media-preview-thumbnail.js'
import 'media-chrome/dist/media-preview-time-display.js'
import 'media-chrome/dist/media-time-range.js'
import 'media-chrome/dist/media-volume-range.js'
import captionsIcon from 'lucide-static/icons/captions.svg'
import cog from 'lucide-static/icons/settings.svg'
import play from 'lucide-static/icons/play.svg'
import screen from 'lucide-static/icons/rectangle-horizontal.svg'
import { make } from '../page'
import { clock, type Messages } from '../messages'
import { liveBar } from './live-bar'
import type { Playback } from './playback'
import type { Chapter, Settings } from './settings'
import { captionTracks } from './tracks'

/** Controls are the bar over the video and what stands on it. */
export interface Controls {
  controller: HTMLElement
  settingsButton: HTMLButtonElement
  theatreButton: HTMLButtonElement | undefined
  captionsButton: HTMLButtonElement | undefined
}

/** drawControls puts the video into a controller with its bar, in the place where it was. */
export async function drawControls(
  player: HTMLElement, video: HTMLVideoElement, settings: Settings, messages: Messages, playback: () => Playback | undefined
): Promise<Controls> {
  const language = document.documentElement.lang
  if (language.startsWith('fr')) await import('media-chrome/dist/lang/fr.js')
  const controller = element('media-controller', { nohotkeys: '', lang: language, autohide: '3' })
  const settingsButton = iconButton(cog, messages.t('player.settings'))
  settingsButton.setAttribute('aria-expanded', 'false')
  const theatreButton = settings.isEmbed ? undefined : iconButton(screen, messages.t('player.theatre'))
  theatreButton?.classList.add('is-wide-only')
  const captionsButton = settings.captions?.length ? iconButton(captionsIcon, messages.t('player.captions')) : undefined
  const time = settings.live ? liveBar(video, playback, messages) : [timeDisplay(video, settings)]
  const seek = settings.live?.canRewind === false ? [] : [seekBar(settings)]
  const bottom = make('div', { className: 'player-bottom' }, ...seek, buttonBar(time, [captionsButton, settingsButton, theatreButton]))
  controller.append(element('media-loading-indicator', { slot: 'centered-chrome', noautohide: '' }), bottom)
  player.prepend(controller)
  adopt(controller, video)
  player.append(bigPlay(video, messages))
  if (captionsButton) followCaptions(video, captionsButton)
  return { controller, settingsButton, theatreButton, captionsButton }
}

/** adopt moves the video without stopping it: moveBefore keeps its state where it exists. */
function adopt(controller: HTMLElement, video: HTMLVideoElement) {
  const wasPlaying = !video.paused
  video.slot = 'media'
  video.controls = false
  const mover = controller as HTMLElement & { moveBefore?: (node: Node, before: Node | null) => void }
  if (mover.moveBefore) mover.moveBefore(video, controller.firstChild)
  else controller.prepend(video)
  if (wasPlaying && video.paused) void video.play().catch(() => undefined)
}

function seekBar(settings: Settings): HTMLElement {
  const range = element('media-time-range', {})
  if (settings.storyboard) range.append(element('media-preview-thumbnail', { slot: 'preview' }))
  if (settings.chapters?.length) range.append(element('media-preview-chapter-display', { slot: 'preview' }))
  range.append(element('media-preview-time-display', { slot: 'preview' }))
  return range
}

function buttonBar(time: HTMLElement[], ours: (HTMLElement | undefined)[]): HTMLElement {
  const bar = element('media-control-bar', {})
  bar.append(
    element('media-play-button', {}), element('media-mute-button', {}), element('media-volume-range', {}), ...time,
    make('span', { className: 'player-chapter' }), make('span', { className: 'player-spacer' }),
    ...ours.filter(button => button !== undefined),
    element('media-pip-button', { class: 'is-wide-only' }), element('media-fullscreen-button', {})
  )
  return bar
}

/** timeDisplay writes where the video is and how long it is; the length is known before anything is loaded. */
function timeDisplay(video: HTMLVideoElement, settings: Settings): HTMLElement {
  const box = make('span', { className: 'player-time' })
  const draw = () => { box.textContent = `${clock(video.currentTime)} / ${clock(Number.isFinite(video.duration) ? video.duration : settings.duration)}` }
  for (const event of ['timeupdate', 'durationchange', 'seeking']) video.addEventListener(event, draw)
  draw()
  return box
}

/** followCaptions shows on the button whether captions are seen. */
function followCaptions(video: HTMLVideoElement, button: HTMLElement) {
  const draw = () => button.setAttribute('aria-pressed', String(captionTracks(video).some(t => t.mode === 'showing')))
  video.textTracks.addEventListener('change', draw)
  draw()
}

/** bigPlay is the one thing to press before anything has played. */
function bigPlay(video: HTMLVideoElement, messages: Messages): HTMLElement {
  const button = iconButton(play, messages.t('player.play'))
  button.classList.add('player-big-play')
  button.addEventListener('click', () => void video.play().catch(() => undefined))
  const hide = () => {
    if (button === document.activeElement) button.closest<HTMLElement>('lucarne-player')?.querySelector<HTMLElement>('media-play-button')?.focus()
    button.remove()
  }
  if (video.paused && !video.autoplay) video.addEventListener('play', hide, { once: true })
  else queueMicrotask(hide)
  return button
}

/** followChapters writes the name of the current chapter on the bar and marks it in the page's list. */
export function followChapters(player: HTMLElement, video: HTMLVideoElement, chapters: Chapter[]) {
  const label = player.querySelector('.player-chapter')
  let shown = -1
  video.addEventListener('timeupdate', () => {
    const now = chapters.findLastIndex(c => c.timecode <= video.currentTime)
    if (now === shown) return
    shown = now
    if (label) label.textContent = chapters[now]?.title ?? ''
    for (const link of document.querySelectorAll<HTMLElement>('[data-seek]')) {
      if (Number(link.dataset.seek) === chapters[now]?.timecode) link.setAttribute('aria-current', 'true')
      else link.removeAttribute('aria-current')
    }
  })
}

/** followSeekLinks makes links with data-seek move in the video instead of loading the page again. */
export function followSeekLinks(video: HTMLVideoElement, signal: AbortSignal) {
  document.addEventListener('click', event => {
    const link = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-seek]') : null
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return
    event.preventDefault()
    video.currentTime = Number(link.dataset.seek)
    void video.play().catch(() => undefined)
  }, { signal })
}

/** toast says something for a moment over the picture. */
export function toast(player: HTMLElement): (text: string) => void {
  const box = make('p', { className: 'player-toast', hidden: true })
  box.setAttribute('role', 'status')
  player.append(box)
  let timer = 0
  return text => {
    box.textContent = text
    box.hidden = false
    clearTimeout(timer)
    timer = window.setTimeout(() => { box.hidden = true }, 1200)
  }
}

function iconButton(svg: string, label: string): HTMLButtonElement {
  const button = make('button', { type: 'button', className: 'player-button', title: label, innerHTML: svg })
  button.setAttribute('aria-label', label)
  button.querySelector('svg')?.setAttribute('aria-hidden', 'true')
  return button
}

function element(name: string, attributes: Record<string, string>): HTMLElement {
  const e = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) e.setAttribute(key, value)
  return e
}
