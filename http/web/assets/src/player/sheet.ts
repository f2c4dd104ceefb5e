import { make } from '../page'
import type { Messages } from '../messages'
import { allSpeeds } from './keyboard'
import type { Playback } from './playback'
import { prefer, preferences } from './preferences'
import type { Sharing } from './sharing'
import { captionTracks, showCaptions, styleCaptions } from './tracks'
import { shortcutList, statisticList } from './panels'

/** Option is one line of the sheet: a choice among several, or the way to another page of it. */
interface Option { label: string, value?: string, checked?: boolean, pick(): void }

/** Context is what the sheet acts on. */
export interface Context {
  player: HTMLElement
  video: HTMLVideoElement
  messages: Messages
  playback(): Playback | undefined
  sharing: Sharing
}

/** Sheet is the panel of settings over the video, with one page per subject. */
export class Sheet {
  private readonly box = make('div', { className: 'player-sheet', hidden: true })
  private timer = 0

  constructor(private readonly context: Context, private readonly opener: HTMLElement, signal: AbortSignal) {
    this.box.setAttribute('role', 'dialog')
    this.box.setAttribute('aria-label', context.messages.t('player.settings'))
    context.player.append(this.box)
    opener.addEventListener('click', () => this.box.hidden ? this.main() : this.close())
    this.box.addEventListener('keydown', event => this.onKey(event))
    document.addEventListener('pointerdown', event => {
      const inside = event.composedPath()
      if (!this.box.hidden && !inside.includes(this.box) && !inside.includes(opener)) this.close()
    }, { signal })
  }

  close() {
    clearInterval(this.timer)
    if (this.box.contains(document.activeElement)) this.opener.focus()
    this.box.hidden = true
    this.opener.setAttribute('aria-expanded', 'false')
  }

  /** shortcuts shows the keys. */
  shortcuts() { this.show(this.t('shortcuts'), [], shortcutList(this.context.messages)) }

  private main() {
    const { video, sharing } = this.context
    const options: Option[] = []
    if ((this.context.playback()?.levels().length ?? 0) > 1) options.push({ label: this.t('quality'), value: this.qualityNow(), pick: () => this.quality() })
    options.push({ label: this.t('speed'), value: this.speedLabel(video.playbackRate), pick: () => this.speed() })
    if (captionTracks(video).length > 0) {
      options.push({ label: this.t('captions'), value: this.captionNow(), pick: () => this.captions() })
      options.push({ label: this.t('caption-style'), pick: () => this.captionStyle() })
    }
    if (sharing.isAvailable) options.push({ label: this.t('p2p'), checked: sharing.isOn, pick: () => sharing.toggle() })
    options.push({ label: this.t('statistics'), pick: () => this.statistics() }, { label: this.t('shortcuts'), pick: () => this.shortcuts() })
    this.show('', options)
  }

  private quality() {
    const playback = this.context.playback()
    if (!playback) return
    const adapts = playback.figures().mode === 'HLS'
    const auto = adapts ? [{ label: this.t('auto'), checked: playback.chosen() === -1, pick: () => playback.choose(-1) }] : []
    this.show(this.t('quality'), [...auto, ...playback.levels().map(level => ({
      label: level.label, checked: playback.chosen() === level.id, pick: () => playback.choose(level.id)
    }))])
  }

  private qualityNow(): string {
    const playback = this.context.playback()
    const name = (id: number) => playback?.levels().find(l => l.id === id)?.label ?? ''
    if (!playback || playback.chosen() !== -1) return name(playback?.chosen() ?? -1)
    return [this.t('auto'), name(playback.playing())].filter(Boolean).join(' · ')
  }

  private speed() {
    const { video } = this.context
    this.show(this.t('speed'), allSpeeds.map(s => ({ label: this.speedLabel(s), checked: video.playbackRate === s, pick: () => { video.playbackRate = s } })))
  }

  private speedLabel(speed: number): string { return speed === 1 ? this.t('normal') : `${speed}×` }

  private captions() {
    const { video } = this.context
    const choose = (language: string) => { showCaptions(video, language); prefer({ captions: language }) }
    const now = captionTracks(video).find(track => track.mode === 'showing')
    this.show(this.t('captions'), [
      { label: this.t('off'), checked: !now, pick: () => choose('') },
      ...captionTracks(video).map(track => ({ label: track.label, checked: track === now, pick: () => choose(track.language) }))
    ])
  }

  private captionNow(): string {
    return captionTracks(this.context.video).find(track => track.mode === 'showing')?.label ?? this.t('off')
  }

  private captionStyle() {
    const { messages, player } = this.context
    const redraw = () => styleCaptions(player)
    const sizes = { small: messages.t('player.size-small'), medium: messages.t('player.size-medium'), large: messages.t('player.size-large'), huge: messages.t('player.size-huge') }
    const colours = { night: messages.t('player.colours-night'), day: messages.t('player.colours-day'), amber: messages.t('player.colours-amber'), clear: messages.t('player.colours-clear') }
    this.show(this.t('caption-style'), [],
      select(this.t('caption-size'), sizes, preferences().size, size => { prefer({ size }); redraw() }),
      select(this.t('caption-colours'), colours, preferences().colours, chosen => { prefer({ colours: chosen }); redraw() }))
  }

  private statistics() {
    const list = make('dl')
    const draw = () => list.replaceChildren(...statisticList(this.context.video, this.context.playback(), this.context.messages))
    this.show(this.t('statistics'), [], list)
    draw()
    this.timer = window.setInterval(draw, 1000)
  }

  private show(title: string, options: Option[], ...rest: Node[]) {
    clearInterval(this.timer)
    const back = title ? [this.button({ label: `‹ ${title}`, pick: () => this.main() }, false)] : []
    if (back[0]) back[0].setAttribute('aria-label', `${this.t('back')}: ${title}`)
    this.box.replaceChildren(...back, ...options.map(o => this.button(o, o.checked !== undefined)), ...rest)
    this.box.hidden = false
    this.opener.setAttribute('aria-expanded', 'true')
    this.box.querySelector<HTMLElement>('[aria-checked="true"], button')?.focus()
  }

  private button(option: Option, closes: boolean): HTMLElement {
    const button = make('button', { type: 'button', className: 'player-option' }, option.label)
    if (option.value) button.append(make('span', { className: 'value', textContent: option.value }))
    if (option.checked !== undefined) {
      button.setAttribute('role', 'radio')
      button.setAttribute('aria-checked', String(option.checked))
    }
    button.addEventListener('click', () => { option.pick(); if (closes) this.close() })
    return button
  }

  private onKey(event: KeyboardEvent) {
    const buttons = [...this.box.querySelectorAll<HTMLElement>('button, select')]
    const at = buttons.indexOf(document.activeElement as HTMLElement)
    if (event.key === 'Escape') this.close()
    else if (event.key === 'ArrowDown') buttons[(at + 1) % buttons.length]?.focus()
    else if (event.key === 'ArrowUp') buttons.at(at - 1)?.focus()
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  private t(key: SheetKey): string { return this.context.messages.t(`player.${key}`) }
}

/** Their whole keys: player.quality player.auto player.speed player.normal player.captions player.off player.caption-style
 *  player.caption-size player.caption-colours player.p2p player.statistics player.shortcuts player.back */
type SheetKey = 'quality' | 'auto' | 'speed' | 'normal' | 'captions' | 'off' | 'caption-style' | 'caption-size' | 'caption-colours' | 'p2p' | 'statistics' | 'shortcuts' | 'back'

function select(label: string, choices: Record<string, string>, chosen: string, pick: (value: string) => void): HTMLElement {
  const box = make('select')
  for (const [value, name] of Object.entries(choices)) box.append(make('option', { value, textContent: name, selected: value === chosen }))
  box.addEventListener('change', () => pick(box.value))
  return make('label', {}, label, box)
}
