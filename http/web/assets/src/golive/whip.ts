/** Refusal is a refused request, with the reason in words where the site gave one. */
export class Refusal extends Error {
  constructor(readonly status: number, message: string, readonly code: string) { super(message) }

  /** isFinal tells that it is in vain to try again: a wrong key, media that are not taken, a broadcast that was ended. */
  get isFinal(): boolean {
    return this.code === 'live_session_ended' || [400, 401, 403, 406, 413, 415].includes(this.status)
  }
}

/** Session is a broadcast as the site knows it: RFC 9725. */
export class Session {
  private constructor(private readonly url: string, private readonly key: string, readonly answer: string) {}

  /** publish sends the offer. It throws a Refusal, or a TypeError when the site cannot be reached. */
  static async publish(endpoint: string, key: string, offer: string): Promise<Session> {
    const response = await send('POST', endpoint, key, offer, { 'Content-Type': 'application/sdp' })
    const location = response.headers.get('Location')
    if (!location) throw new Refusal(response.status, '', '')
    return new Session(new URL(location, new URL(endpoint, document.baseURI)).href, key, await response.text())
  }

  /** restart tells new ICE credentials, and gives those of the site as a fragment of a session description. */
  async restart(offer: string): Promise<string> {
    const headers = { 'Content-Type': 'application/trickle-ice-sdpfrag', 'If-Match': '*' }
    const response = await send('PATCH', this.url, this.key, fragmentOf(offer), headers)
    return response.text()
  }

  /** end says goodbye. It resolves when the site knows, or cannot be told. */
  async end() {
    const headers = { Authorization: `Bearer ${this.key}` }
    await fetch(this.url, { method: 'DELETE', headers, keepalive: true, signal: AbortSignal.timeout(patience) }).catch(() => undefined)
  }
}

const patience = 10_000

async function send(method: string, url: string, key: string, body: string, headers: Record<string, string>): Promise<Response> {
  const response = await fetch(url, {
    method, body, headers: { ...headers, Authorization: `Bearer ${key}` }, credentials: 'omit', signal: AbortSignal.timeout(patience)
  })
  if (response.ok) return response
  const problem = await response.json().catch(() => ({})) as { detail?: string, code?: string }
  throw new Refusal(response.status, problem.detail ?? '', problem.code ?? '')
}

/** fragmentOf is what an offer says about ICE, of its first medium: the others are bundled with it. */
function fragmentOf(offer: string): string {
  const first = offer.split('\r\nm=')[1] ?? ''
  const lines = first.split('\r\n').filter(line => /^a=(ice-ufrag|ice-pwd|mid):/.test(line))
  return [...lines, ''].join('\r\n')
}

/** renewed puts the credentials of a fragment into an answer. */
export function renewed(answer: string, fragment: string): string {
  return ['ice-ufrag', 'ice-pwd'].reduce((text, name) => {
    const value = new RegExp(`^a=${name}:(.*)$`, 'm').exec(fragment)?.[1]?.trim()
    return value ? text.replace(new RegExp(`^a=${name}:.*$`, 'gm'), `a=${name}:${value}\r`).replaceAll('\r\r', '\r') : text
  }, answer)
}
