import { dataOf } from '../page'
import { beside, isClosed } from './beside'
import { menuOf } from './menu'
import type { Settings } from './settings'
import { RoomView } from './view'

/** Chat is a room on a page: what the server wrote into it is read without a script. See ui.Chat. */
class Chat extends HTMLElement {
  private readonly leaving = new AbortController()
  private stopView: (() => void) | undefined
  private isKnown = false

  connectedCallback() {
    if (this.isKnown) return
    this.isKnown = true
    beside(this, isOpen => isOpen ? this.begin() : this.end(), this.leaving.signal)
    if (!isClosed(this)) this.begin()
  }

  disconnectedCallback() {
    queueMicrotask(() => {
      if (this.isConnected) return
      this.leaving.abort()
      this.end()
    })
  }

  private begin() {
    const settings = dataOf<Settings>(this)
    const body = this.querySelector<HTMLElement>('[data-chat-body]')
    if (!body || this.stopView) return
    if (settings.mode === 'replay') {
      this.stopView = () => undefined
      void import('./replay').then(({ Replay }) => { if (this.stopView) this.stopView = new Replay(body, settings).start() })
      return
    }
    const view = new RoomView(body, settings)
    const forget = menuOf(this, settings, view)
    this.stopView = () => { forget(); view.stop() }
    view.start()
  }

  private end() {
    this.stopView?.()
    this.stopView = undefined
  }
}

customElements.define('lucarne-chat', Chat)
