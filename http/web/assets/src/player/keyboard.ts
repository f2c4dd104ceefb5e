import { isWriting } from '../small/shortcut'

/** Keys is what the keyboard can do to a player. */
export interface Keys {
  video: HTMLVideoElement
  toggleFullscreen(): void
  toggleTheatre(): void
  toggleCaptions(): void
  showShortcuts(): void
  say(text: string): void
}

const speeds = [0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.5, 3]

/** listen makes the keys of the page drive the player, until the signal. */
export function listen(keys: Keys, signal: AbortSignal) {
  document.addEventListener('keydown', event => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTaken(event)) return
    if (press(keys, event.key)) event.preventDefault()
  }, { signal })
}

/** isTaken tells that the key belongs to what has the focus: a field, a button, a slider, a dialog. */
function isTaken(event: KeyboardEvent): boolean {
  const target = event.target
  if (!(target instanceof Element)) return false
  if (isWriting(target) || target.closest('dialog[open], details[open][data-menu]')) return true
  if (event.key === ' ' || event.key === 'Enter') return target.closest('button, a, summary, [role="button"], media-play-button, media-mute-button') !== null || target.localName.startsWith('media-')
  return event.key.startsWith('Arrow') && /range$|^input$/.test(target.localName)
}

/** press does what the key means and tells whether it means something. */
export function press(keys: Keys, key: string): boolean {
  const { video } = keys
  if (/^[0-9]$/.test(key)) {
    const { from, to } = reach(video)
    if (Number.isFinite(to)) video.currentTime = from + (to - from) * Number(key) / 10
    return true
  }
  const action = actions[key.length === 1 ? key.toLowerCase() : key]
  action?.(keys)
  return action !== undefined
}

const actions: Record<string, (keys: Keys) => void> = {
  ' ': k => toggle(k.video),
  k: k => toggle(k.video),
  j: k => jump(k, -10),
  l: k => jump(k, 10),
  ArrowLeft: k => jump(k, -5),
  ArrowRight: k => jump(k, 5),
  ArrowUp: k => loudness(k, 0.05),
  ArrowDown: k => loudness(k, -0.05),
  m: k => { k.video.muted = !k.video.muted },
  f: k => k.toggleFullscreen(),
  t: k => k.toggleTheatre(),
  c: k => k.toggleCaptions(),
  '<': k => speed(k, -1),
  '>': k => speed(k, 1),
  '?': k => k.showShortcuts()
}

function toggle(video: HTMLVideoElement) {
  if (video.paused) void video.play().catch(() => undefined)
  else video.pause()
}

/** reach is what can be watched of a video: of a live, the part that viewers may go back to. */
function reach({ duration, seekable }: HTMLVideoElement): { from: number, to: number } {
  if (Number.isFinite(duration)) return { from: 0, to: duration }
  return seekable.length ? { from: seekable.start(0), to: seekable.end(seekable.length - 1) } : { from: 0, to: Infinity }
}

function jump({ video, say }: Keys, by: number) {
  const { from, to } = reach(video)
  video.currentTime = Math.max(from, Math.min(video.currentTime + by, to))
  say(`${by > 0 ? '+' : '−'}${Math.abs(by)} s`)
}

function loudness({ video, say }: Keys, by: number) {
  video.volume = Math.max(0, Math.min(1, video.volume + by))
  video.muted = video.volume === 0
  say(`${Math.round(video.volume * 100)} %`)
}

function speed({ video, say }: Keys, step: number) {
  const at = speeds.findIndex(s => s >= video.playbackRate)
  video.playbackRate = speeds[Math.max(0, Math.min(speeds.length - 1, at + step))] ?? 1
  say(`${video.playbackRate}×`)
}

/** allSpeeds are the speeds to choose from. */
export const allSpeeds: readonly number[] = speeds
