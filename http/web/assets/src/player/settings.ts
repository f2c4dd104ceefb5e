// The shape of the JSON ui.Player writes; ui.PlayerSettings explains each field.

export interface Caption { language: string, label: string, url: string }
export interface Chapter { timecode: number, title: string }
export interface Storyboard { url: string, totalWidth: number, totalHeight: number, spriteWidth: number, spriteHeight: number, spriteDuration: number }
export interface PeerSharing { trackers: string[], stunServers: string[], swarmId: string, starts: boolean, urgent: number, segmentHashes: string }

export interface Settings {
  uuid: string
  title: string
  isLive: boolean
  isEmbed: boolean
  duration: number
  hls?: string
  watchUrl: string
  embedUrl?: string
  viewsUrl?: string
  viewEvery?: number
  fileToken?: string
  fileTokenUrl?: string
  fileTokenUntil?: string
  resumeAt?: number
  remembersHere: boolean
  captions?: Caption[]
  chapters?: Chapter[]
  storyboard?: Storyboard
  p2p?: PeerSharing
  live?: { lowLatency: boolean, canRewind: boolean }
  api: boolean
  messages: Record<string, string | Record<string, string>>
}
