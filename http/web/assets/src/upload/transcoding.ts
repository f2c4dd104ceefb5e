/** Progress of transcoding, as the server tells it. */
export interface Progress { percent: number, done: boolean, label?: string, error?: string }

/** follow tells of each change until the video is ready: by server-sent events, or by asking again when they fail. */
export function follow(url: string, tell: (progress: Progress) => void): () => void {
  const source = new EventSource(url)
  let timer = 0
  const stop = () => { source.close(); clearTimeout(timer) }
  const take = (progress: Progress) => { tell(progress); if (progress.done || progress.error) stop() }
  const poll = async () => {
    const answer = await fetch(url, { headers: { Accept: 'application/json' } }).catch(() => undefined)
    if (answer?.ok) {
      const progress = await answer.json() as Progress
      take(progress)
      if (progress.done || progress.error) return
    }
    timer = window.setTimeout(() => void poll(), 3000)
  }
  source.onmessage = event => take(JSON.parse(event.data as string) as Progress)
  source.onerror = () => {
    if (source.readyState === EventSource.CLOSED && timer === 0) void poll()
  }
  return stop
}
