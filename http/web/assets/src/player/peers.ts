import Hls, { type HlsConfig } from 'hls.js'
import { HlsJsP2PEngine } from 'p2p-media-loader-hlsjs'
import type { PeerSharing } from './settings'
import type { FileToken } from './token'

/** PeerFigures count what came from where, in bytes. */
export interface PeerFigures { peers: number, fromPeers: number, fromServer: number }

/** sharedHls makes an hls.js that also asks other viewers, found by our own trackers only. */
export function sharedHls(config: Partial<HlsConfig>, sharing: PeerSharing, token: FileToken): { hls: Hls, figures: () => PeerFigures } {
  const figures: PeerFigures = { peers: 0, fromPeers: 0, fromServer: 0 }
  const check = sharing.segmentHashes ? checker(sharing.segmentHashes, token) : undefined
  const Shared = HlsJsP2PEngine.injectMixin(Hls)
  const hls = new Shared({
    ...config,
    p2p: {
      core: {
        announceTrackers: sharing.trackers,
        rtcConfig: { iceServers: sharing.stunServers.map(urls => ({ urls })) },
        swarmId: sharing.swarmId,
        httpRequestSetup: (url, byteRange, signal) => Promise.resolve(request(token.on(url), byteRange, signal)),
        ...check && { validateP2PSegment: check }
      }
    }
  })
  const engine = hls.p2pEngine
  engine.addEventListener('onPeerConnect', () => { figures.peers++ })
  engine.addEventListener('onPeerClose', () => { figures.peers-- })
  engine.addEventListener('onChunkDownloaded', (bytes, source) => {
    if (source === 'p2p') figures.fromPeers += bytes
    else figures.fromServer += bytes
  })
  return { hls, figures: () => figures }
}

interface Range { start: number, end: number }

function request(url: string, range: Range | undefined, signal: AbortSignal): Request {
  const headers: HeadersInit = range ? { Range: `bytes=${range.start}-${range.end}` } : {}
  return new Request(url, { headers, signal })
}

type Hashes = Record<string, string | Record<string, string>>

/** checker refuses a peer's segment that is not the one the server published. The list is read once. */
function checker(url: string, token: FileToken) {
  let hashes: Promise<Hashes> | undefined
  return async (segment: string, range: Range | undefined, data: ArrayBuffer): Promise<boolean> => {
    hashes ??= fetch(token.on(url)).then(answer => answer.json() as Promise<Hashes>)
    const known = (await hashes.catch(() => { hashes = undefined; return {} as Hashes }))[new URL(segment, location.href).pathname.split('/').pop() ?? '']
    const wanted = typeof known === 'string' || !range ? known : known?.[`${range.start}-${range.end}`]
    return typeof wanted === 'string' && wanted === hex(await crypto.subtle.digest('SHA-256', data))
  }
}

function hex(bytes: ArrayBuffer): string {
  return [...new Uint8Array(bytes)].map(b => b.toString(16).padStart(2, '0')).join('')
}
