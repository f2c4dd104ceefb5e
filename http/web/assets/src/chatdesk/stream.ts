/** Change is one change of the view, as the server tells it. */
export interface Change {
  do: 'reset' | 'add' | 'wait' | 'replace' | 'remove' | 'panel' | 'count'
  id?: number
  html?: string
}

const firstWait = 1000 // milliseconds
const longestWait = 30_000

/**
 * Stream hears what happens in a room, and comes back when the line is lost. EventSource does so by itself after a lost line, but not after
 * an answer that says the server is just starting.
 */
export class Stream {
  private source: EventSource | undefined
  private wait = firstWait
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor(
    private readonly address: string,
    private readonly heard: (changes: Change[]) => void,
    private readonly stateChanged: (isOn: boolean) => void
  ) {}

  open() {
    const source = new EventSource(this.address)
    this.source = source
    source.onopen = () => {
      this.wait = firstWait
      this.stateChanged(true)
    }
    source.onmessage = event => this.heard(JSON.parse(event.data as string) as Change[])
    source.onerror = () => {
      this.stateChanged(false)
      if (source.readyState !== EventSource.CLOSED) return
      this.timer = setTimeout(() => this.open(), this.wait)
      this.wait = Math.min(this.wait * 2, longestWait)
    }
  }

  close() {
    clearTimeout(this.timer)
    this.source?.close()
  }
}
