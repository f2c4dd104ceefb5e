// How a page hears of a live: by the namespace /live-videos of Socket.IO, spoken here as far as it needs (Engine.IO 4 over a WebSocket).

const longestWait = 60_000

/** follow calls changed whenever the state of a live changed, until the signal. It tells whether it hears anything. */
export function follow(video: string, changed: () => void, signal: AbortSignal): () => boolean {
  let isOpen = false
  let attempts = 0
  const connect = () => {
    if (signal.aborted) return
    const address = new URL('/socket.io/?EIO=4&transport=websocket', location.href)
    address.protocol = address.protocol.replace('http', 'ws')
    const socket = new WebSocket(address)
    const close = () => socket.close()
    signal.addEventListener('abort', close)
    socket.addEventListener('message', event => {
      const text = String(event.data)
      const answer = answerTo(text, video)
      if (answer) socket.send(answer)
      if (text.startsWith('40/live-videos')) { isOpen = true; attempts = 0 }
      if (/^42\/live-videos,\["(state-change|force-end)"/.test(text)) changed()
    })
    socket.addEventListener('close', () => {
      signal.removeEventListener('abort', close)
      isOpen = false
      setTimeout(connect, Math.min(2000 * 2 ** attempts++, longestWait) * (0.5 + Math.random()))
    })
  }
  connect()
  return () => isOpen
}

/** answerTo is what the protocol wants said next: the namespace after the opening, what is followed after that, a pong to each ping. */
export function answerTo(packet: string, video: string): string | undefined {
  if (packet.startsWith('0')) return '40/live-videos,'
  if (packet.startsWith('40/live-videos')) return `42/live-videos,["subscribe",{"videoId":${Number(video)}}]`
  return packet === '2' ? '3' : undefined
}
