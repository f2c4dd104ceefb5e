import { dataOf } from '../page'
import { menuOf } from './menu'
import type { Settings } from './settings'
import { RoomView } from './view'

/** Chat is a room on a page: what the server wrote into it is read without a script. See web.chatBox. */
class Chat extends HTMLElement {
  private stopView: (() => void) | undefined

  connectedCallback() {
    const settings = dataOf<Settings>(this)
    const body = this.querySelector<HTMLElement>('[data-chat-body]')
    if (!body || this.stopView) return
    if (settings.mode === 'replay') {
      void import('./replay').then(({ Replay }) => { this.stopView = new Replay(body, settings).start() })
      return
    }
    const view = new RoomView(body, settings)
    this.stopView = () => view.stop()
    menuOf(this, settings, view)
    view.start()
  }

  disconnectedCallback() {
    queueMicrotask(() => {
      if (this.isConnected) return
      this.stopView?.()
      this.stopView = undefined
    })
  }
}

customElements.define('lucarne-chat', Chat)
