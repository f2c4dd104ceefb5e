import { make } from '../page'
import { preferences } from './preferences'
import type { Chapter, Storyboard } from './settings'

/** addChapters gives the video its chapters, for the bar and for assistive tools. */
export function addChapters(video: HTMLVideoElement, chapters: Chapter[], duration: number) {
  const cues = chapters.map((c, i) => cue(c.timecode, chapters[i + 1]?.timecode ?? Math.max(duration, c.timecode + 1), c.title.replace(/\s*(\n|-->)\s*/g, ' ')))
  video.append(track('chapters', 'chapters', cues))
}

/** addStoryboard gives the bar its previews, one frame of the picture for each stretch of time. */
export function addStoryboard(video: HTMLVideoElement, board: Storyboard, duration: number) {
  const columns = Math.floor(board.totalWidth / board.spriteWidth)
  const count = columns * Math.floor(board.totalHeight / board.spriteHeight)
  const url = new URL(board.url, location.href).href
  const cues: string[] = []
  for (let i = 0; i < count && i * board.spriteDuration < duration; i++) {
    const x = i % columns * board.spriteWidth
    const y = Math.floor(i / columns) * board.spriteHeight
    cues.push(cue(i * board.spriteDuration, (i + 1) * board.spriteDuration, `${url}#xywh=${x},${y},${board.spriteWidth},${board.spriteHeight}`))
  }
  video.append(track('metadata', 'thumbnails', cues))
}

function track(kind: string, label: string, cues: string[]): HTMLTrackElement {
  const file = new Blob([`WEBVTT\n\n${cues.join('\n\n')}\n`], { type: 'text/vtt' })
  return make('track', { kind, label, default: true, src: URL.createObjectURL(file) })
}

function cue(from: number, to: number, text: string): string {
  return `${stamp(from)} --> ${stamp(to)}\n${text}`
}

function stamp(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(11, 23)
}

/** captionTracks are the captions one can choose. */
export function captionTracks(video: HTMLVideoElement): TextTrack[] {
  return [...video.textTracks].filter(t => t.kind === 'captions' || t.kind === 'subtitles')
}

/** showCaptions shows the captions of that language, or none when it is empty. */
export function showCaptions(video: HTMLVideoElement, language: string) {
  for (const t of captionTracks(video)) t.mode = t.language === language ? 'showing' : 'disabled'
}

const sizes: Record<string, string> = { small: '75%', medium: '100%', large: '140%', huge: '190%' }
const colours: Record<string, [string, string]> = {
  night: ['#fff', '#000c'], day: ['#000', '#fffd'], amber: ['#ffe14d', '#000d'], clear: ['#fff', 'transparent']
}

/** styleCaptions draws captions as the viewer prefers. */
export function styleCaptions(player: HTMLElement) {
  const { size, colours: chosen } = preferences()
  const [ink, paper] = colours[chosen] ?? ['#fff', '#000c']
  player.style.setProperty('--cue-size', sizes[size] ?? '100%')
  player.style.setProperty('--cue-ink', ink)
  player.style.setProperty('--cue-paper', paper)
}
