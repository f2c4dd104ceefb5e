import Hls, { type HlsConfig, type LevelDetails } from 'hls.js'
import { HlsJsP2PEngine } from 'p2p-media-loader-hlsjs'
import type { PeerSharing } from './settings'
import type { FileToken } from './token'

/** PeerFigures count the segments that came from where, in bytes. Those of peers that were not the server's do not count. */
export interface PeerFigures { peers: number, fromPeers: number, fromServer: number }

/** sharedHls makes an hls.js that also asks other viewers, found by our own trackers only. It fetches no more than two minutes ahead: who
 *  leaves early has not spent the data of the whole video. */
export function sharedHls(config: Partial<HlsConfig>, sharing: PeerSharing, token: FileToken): { hls: Hls, figures: () => PeerFigures } {
  const figures: PeerFigures = { peers: 0, fromPeers: 0, fromServer: 0 }
  const digests = new Digests(sharing.segmentHashes, token)
  const Shared = HlsJsP2PEngine.injectMixin(Hls)
  const hls = new Shared({
    ...config,
    p2p: {
      core: {
        announceTrackers: sharing.trackers,
        rtcConfig: { iceServers: sharing.stunServers.map(urls => ({ urls })) },
        swarmId: sharing.swarmId,
        highDemandTimeWindow: sharing.urgent,
        httpDownloadTimeWindow: 60,
        p2pDownloadTimeWindow: 120,
        segmentMemoryStorageLimit: 256,
        httpRequestSetup: (url, byteRange, signal) => Promise.resolve(request(token.on(url), byteRange, signal)),
        validateP2PSegment: (segment, range, data) => digests.match(segment, range, data)
      }
    }
  })
  forgetDirectives(hls)
  const engine = hls.p2pEngine
  engine.addEventListener('onPeerConnect', () => { figures.peers++ })
  engine.addEventListener('onPeerClose', () => { figures.peers-- })
  engine.addEventListener('onSegmentLoaded', ({ bytesLength, downloadSource }) => {
    if (downloadSource === 'p2p') figures.fromPeers += bytesLength
    else figures.fromServer += bytesLength
  })
  return { hls, figures: () => figures }
}

/** forgetDirectives lets the engine know the playlists of a live by their own address: one that was waited for names what for
 *  (_HLS_msn, RFC 8216bis §6.2.5.2), and p2p-media-loader 2.2 takes it for another. */
function forgetDirectives(hls: Hls) {
  const forget = (_: unknown, { details }: { details: LevelDetails }) => { details.url = details.url.replace(/[?&]_HLS_.*$/, '') }
  hls.on(Hls.Events.LEVEL_UPDATED, forget)
  hls.on(Hls.Events.AUDIO_TRACK_LOADED, forget)
}

interface Range { start: number, end: number }

function request(url: string, range: Range | undefined, signal: AbortSignal): Request {
  const headers: HeadersInit = range ? { Range: `bytes=${range.start}-${range.end}` } : {}
  return new Request(url, { headers, signal })
}

type Hashes = Record<string, string | Record<string, string>>

/** Digests tell whether a peer's segment is the one the server published. */
class Digests {
  private list: Promise<Hashes> | undefined
  private readAt = 0

  constructor(private readonly url: string, private readonly token: FileToken) {}

  async match(segment: string, range: Range | undefined, data: ArrayBuffer): Promise<boolean> {
    const wanted = await this.of(segment, range)
    return wanted !== undefined && wanted === hex(await crypto.subtle.digest('SHA-256', data))
  }

  /** of reads the list once, and again for a segment it does not have: that of a live grows. */
  private async of(segment: string, range: Range | undefined): Promise<string | undefined> {
    const name = new URL(segment, location.href).pathname.split('/').pop() ?? ''
    const find = async () => {
      const known = (await this.read())[name]
      return typeof known === 'string' || !range ? known : known?.[`${range.start}-${range.end}`]
    }
    let found = await find()
    if (!found && performance.now() - this.readAt > 1000) {
      this.list = undefined
      found = await find()
    }
    return typeof found === 'string' ? found : undefined
  }

  private read(): Promise<Hashes> {
    if (!this.list) {
      this.readAt = performance.now()
      this.list = fetch(this.token.on(this.url)).then(answer => answer.ok ? answer.json() as Promise<Hashes> : {}).catch(() => ({}))
    }
    return this.list
  }
}

function hex(bytes: ArrayBuffer): string {
  return [...new Uint8Array(bytes)].map(b => b.toString(16).padStart(2, '0')).join('')
}
