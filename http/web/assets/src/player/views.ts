import { csrfToken } from '../page'
import type { Settings } from './settings'

/** reportViews tells the server where the viewer is while the video plays, and at once when he jumps. */
export function reportViews(video: HTMLVideoElement, settings: Settings): () => void {
  const url = settings.viewsUrl
  if (!url) return () => undefined
  const sessionId = session()
  const send = (viewEvent?: 'seek') => {
    const body = JSON.stringify({ currentTime: Math.floor(video.currentTime), sessionId, ...viewEvent && { viewEvent } })
    const headers = { 'Content-Type': 'application/json', 'X-CSRF-Token': csrfToken() }
    fetch(url, { method: 'POST', headers, body, keepalive: true }).catch(() => undefined)
  }
  const stop = new AbortController()
  let begun = false
  video.addEventListener('playing', () => { if (!begun) send(); begun = true }, { signal: stop.signal })
  video.addEventListener('seeked', () => { if (begun) send('seek') }, { signal: stop.signal })
  video.addEventListener('ended', () => send(), { signal: stop.signal })
  const timer = setInterval(() => { if (!video.paused && begun) send() }, (settings.viewEvery ?? 5) * 1000)
  return () => { clearInterval(timer); stop.abort() }
}

/** session names this page view, and nothing about the viewer. */
function session(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map(b => b.toString(36).padStart(2, '0')).join('').slice(0, 32)
}
