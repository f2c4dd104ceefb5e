/** Figures are how the sending goes. */
export interface Figures {
  bitrate: number // per second, of all media
  width: number
  height: number
  frames: number // per second
  lost: number // percent of the packets, on the way
  isLimited: 'cpu' | 'bandwidth' | undefined // pictures suffer from it
}

/** Gauge makes figures of what the browser counts. */
export class Gauge {
  private bytes = 0
  private at = 0
  private packets = 0
  private lost = 0

  /** read compares with the reading before; undefined at the first. */
  read(report: RTCStatsReport): Figures | undefined {
    const outbound: RTCOutboundRtpStreamStats[] = []
    let lost = 0
    for (const one of report.values()) {
      if (one.type === 'outbound-rtp') outbound.push(one)
      else if (one.type === 'remote-inbound-rtp') lost += Math.max(0, one.packetsLost ?? 0)
    }
    const bytes = sum(outbound, o => (o.bytesSent ?? 0) + (o.headerBytesSent ?? 0))
    const packets = sum(outbound, o => o.packetsSent ?? 0)
    const now = performance.now()
    const before = { bytes: this.bytes, at: this.at, packets: this.packets, lost: this.lost }
    Object.assign(this, { bytes, at: now, packets, lost })
    if (before.at === 0 || bytes < before.bytes) return undefined // first, or a new connection
    const video = outbound.find(o => o.kind === 'video')
    const reason = video?.qualityLimitationReason
    return {
      bitrate: (bytes - before.bytes) * 8000 / Math.max(1, now - before.at),
      width: video?.frameWidth ?? 0, height: video?.frameHeight ?? 0, frames: Math.round(video?.framesPerSecond ?? 0),
      lost: 100 * Math.max(0, lost - before.lost) / Math.max(1, packets - before.packets),
      isLimited: reason === 'cpu' || reason === 'bandwidth' ? reason : undefined
    }
  }
}

function sum<T>(list: T[], of: (one: T) => number): number {
  return list.reduce((total, one) => total + of(one), 0)
}
