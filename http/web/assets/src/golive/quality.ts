/** Quality is how large the pictures are, and how much of the line they may take. */
export interface Quality { height: number, bitrate: number }

/** The qualities, by the value of the choice. */
export const qualities: Record<string, Quality> = {
  1080: { height: 1080, bitrate: 4_500_000 },
  720: { height: 720, bitrate: 2_500_000 },
  480: { height: 480, bitrate: 1_200_000 },
  360: { height: 360, bitrate: 700_000 }
}

export const framesPerSecond = 30

/** h264 lists the ways this browser sends H.264 that the site takes; none when it cannot. */
export function h264(): RTCRtpCodec[] {
  const codecs = RTCRtpSender.getCapabilities?.('video')?.codecs ?? []
  return codecs.filter(c => c.mimeType.toLowerCase() === 'video/h264' && /packetization-mode=1/.test(c.sdpFmtpLine ?? ''))
}

/** opus lists the ways this browser sends Opus. */
export function opus(): RTCRtpCodec[] {
  return (RTCRtpSender.getCapabilities?.('audio')?.codecs ?? []).filter(c => c.mimeType.toLowerCase() === 'audio/opus')
}
