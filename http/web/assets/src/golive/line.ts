import { framesPerSecond, h264, opus, type Quality } from './quality'
import { Refusal, renewed, Session } from './whip'

/** Settings are where and how to send. */
export interface LineSettings { endpoint: string, key: string, graceSeconds: number, iceServers: RTCIceServer[] }

/** Events of a line. failed is called once, at the end, with the reason; then nothing more comes. */
export interface LineEvents {
  connected(): void
  interrupted(): void
  failed(reason: unknown): void
}

const settleTime = 2_500 // a line that breaks often comes back on its own
const restartTime = 6_000
const connectTime = 12_000

/** Line is the way to the site: a WebRTC connection that is mended, or made anew, while the broadcast lasts. */
export class Line {
  private connection: RTCPeerConnection | undefined
  private session: Session | undefined
  private isOver = false
  private isMending = false

  constructor(
    private readonly settings: LineSettings, private readonly quality: Quality, private readonly events: LineEvents,
    private picture: MediaStreamTrack | undefined, private readonly sound: MediaStreamTrack
  ) {}

  /** open goes on air. What prevents it is told by failed. */
  async open() {
    try {
      await this.connect()
      if (!this.isOver) this.events.connected()
    } catch (reason) {
      this.fail(reason)
    }
  }

  /** show sends other pictures, with nothing to agree on again. */
  async show(track: MediaStreamTrack) {
    this.picture = track
    const sender = this.videoSender()
    await sender?.replaceTrack(track)
  }

  /** close says goodbye, and hangs up after it: a line that closes first is taken for one that broke. */
  close() {
    this.isOver = true
    for (const sender of this.connection?.getSenders() ?? []) void sender.replaceTrack(null)
    void Promise.resolve(this.session?.end()).then(() => this.connection?.close())
  }

  /** stats are what the browser measures. */
  stats(): Promise<RTCStatsReport> | undefined {
    return this.connection?.getStats()
  }

  private async connect() {
    this.connection?.close()
    const connection = this.connection = new RTCPeerConnection({ iceServers: this.settings.iceServers, bundlePolicy: 'max-bundle' })
    this.addTracks(connection)
    await connection.setLocalDescription(await connection.createOffer())
    this.session = await Session.publish(this.settings.endpoint, this.settings.key, connection.localDescription?.sdp ?? '')
    if (this.isOver) return this.close()
    await connection.setRemoteDescription({ type: 'answer', sdp: this.session.answer })
    await this.keepSize()
    await this.connected(connection, connectTime)
    connection.addEventListener('connectionstatechange', () => this.watch(connection))
    connection.getSenders()[0]?.transport?.addEventListener('statechange', () => this.watch(connection))
  }

  private addTracks(connection: RTCPeerConnection) {
    const stream = new MediaStream()
    if (this.picture) {
      const sendEncodings = [{ maxBitrate: this.quality.bitrate, maxFramerate: framesPerSecond }]
      const video = connection.addTransceiver(this.picture, { direction: 'sendonly', streams: [stream], sendEncodings })
      video.setCodecPreferences?.(h264()) // Firefox has it from 128; the site takes what it can of the others' offer
    }
    const audio = connection.addTransceiver(this.sound, { direction: 'sendonly', streams: [stream] })
    audio.setCodecPreferences?.(opus())
  }

  /** keepSize has a weak line take frames rather than size: another size interrupts what viewers see. */
  private async keepSize() {
    const sender = this.videoSender()
    if (!sender) return
    const parameters = sender.getParameters() as RTCRtpSendParameters & { degradationPreference?: string }
    parameters.degradationPreference = 'maintain-resolution'
    await sender.setParameters(parameters).catch(() => undefined) // Safari 16 does not know it
  }

  private videoSender(): RTCRtpSender | undefined {
    return this.connection?.getTransceivers().find(t => t.receiver.track.kind === 'video')?.sender
  }

  /** connected resolves when media flow, and rejects when they do not in time. */
  private connected(connection: RTCPeerConnection, within: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => done(new Error('connection')), within)
      const done = (problem?: Error) => {
        clearTimeout(late)
        connection.removeEventListener('connectionstatechange', look)
        if (problem) reject(problem)
        else resolve()
      }
      const look = () => {
        if (connection.connectionState === 'connected') done()
        else if (connection.connectionState === 'failed' || connection.connectionState === 'closed') done(new Error('connection'))
      }
      connection.addEventListener('connectionstatechange', look)
      look()
    })
  }

  private watch(connection: RTCPeerConnection) {
    if (this.isOver || connection !== this.connection || this.isMending) return
    const isClosed = connection.getSenders()[0]?.transport?.state === 'closed'
    const state = connection.connectionState
    if (isClosed || state === 'failed' || state === 'closed') void this.mend()
    else if (state === 'disconnected') setTimeout(() => connection.connectionState === 'disconnected' && void this.mend(), settleTime)
  }

  /** mend restarts ICE on the session there is, and where that fails makes a new one, until the grace is over. */
  private async mend() {
    if (this.isMending || this.isOver) return
    this.isMending = true
    this.events.interrupted()
    const giveUpAt = performance.now() + this.settings.graceSeconds * 1000
    let problem: unknown
    for (let attempt = 0; !this.isOver; attempt++) {
      try {
        await (attempt === 0 ? this.restart() : this.connect())
        if (!this.isOver) this.events.connected()
        this.isMending = false
        return
      } catch (reason) {
        problem = reason
      }
      if (problem instanceof Refusal && problem.isFinal || performance.now() > giveUpAt) break
      if (attempt > 0) await this.pause(Math.min(1000 * 2 ** (attempt - 1), 8000))
    }
    this.fail(problem)
  }

  /** pause ends early when the computer is online again. */
  private pause(time: number): Promise<void> {
    return new Promise(resolve => {
      const timer = setTimeout(resolve, time)
      addEventListener('online', () => { clearTimeout(timer); resolve() }, { once: true })
    })
  }

  private async restart() {
    const { connection, session } = this
    if (!connection || !session) throw new Error('no session')
    const offer = await connection.createOffer({ iceRestart: true })
    const fragment = await session.restart(offer.sdp ?? '')
    if (connection.signalingState === 'closed') throw new Error('connection')
    await connection.setLocalDescription(offer)
    await connection.setRemoteDescription({ type: 'answer', sdp: renewed(session.answer, fragment) })
    await this.connected(connection, restartTime)
    if (connection.getSenders()[0]?.transport?.state === 'closed') throw new Error('connection')
  }

  private fail(reason: unknown) {
    if (this.isOver) return
    this.isOver = true
    this.connection?.close()
    this.events.failed(reason)
  }
}
