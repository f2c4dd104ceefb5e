import { framesPerSecond, type Quality } from './quality'

/** Chosen are the devices to open; undefined leaves the choice to the browser, null wants none. */
export interface Chosen { camera: string | null | undefined, microphone: string | null | undefined }

/** Opened is what could be opened. */
export interface Opened { picture: MediaStreamTrack | undefined, sound: MediaStreamTrack | undefined }

/** open asks for camera and microphone. What is not there is left out; it throws when nothing is, or the user refuses. */
export async function open(chosen: Chosen, quality: Quality): Promise<Opened> {
  const video = chosen.camera === null ? false : camera(chosen.camera, quality)
  const audio = chosen.microphone === null ? false : microphone(chosen.microphone)
  if (!video && !audio) return { picture: undefined, sound: undefined }
  try {
    return tracksOf(await navigator.mediaDevices.getUserMedia({ video, audio }))
  } catch (problem) {
    if (!video || !audio || !isMissing(problem)) throw problem
  }
  try {
    return tracksOf(await navigator.mediaDevices.getUserMedia({ video }))
  } catch (problem) {
    if (!isMissing(problem)) throw problem
    return tracksOf(await navigator.mediaDevices.getUserMedia({ audio }))
  }
}

/** openScreen lets the user choose a screen, a window or a tab, with its sound where the system gives it. */
export async function openScreen(quality: Quality): Promise<Opened> {
  const size = { width: { max: widthOf(quality) }, height: { max: quality.height }, frameRate: { max: framesPerSecond } }
  const sound = { echoCancellation: false, noiseSuppression: false, autoGainControl: false }
  return tracksOf(await navigator.mediaDevices.getDisplayMedia({ video: size, audio: sound }))
}

/** devices lists cameras or microphones. They have names only once one of them was opened. */
export async function devices(kind: 'videoinput' | 'audioinput'): Promise<MediaDeviceInfo[]> {
  const all = await navigator.mediaDevices.enumerateDevices()
  return all.filter(device => device.kind === kind && device.deviceId !== '')
}

/** problemOf names what went wrong with a device: the key of a message. */
export function problemOf(problem: unknown): string {
  const name = problem instanceof DOMException ? problem.name : ''
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'golive.problem-permission'
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return 'golive.problem-no-device'
  if (name === 'NotReadableError' || name === 'AbortError') return 'golive.problem-busy'
  return 'golive.problem-device'
}

function camera(id: string | undefined, quality: Quality): MediaTrackConstraints {
  return {
    width: { ideal: widthOf(quality) }, height: { ideal: quality.height }, frameRate: { ideal: framesPerSecond, max: framesPerSecond },
    ...(id ? { deviceId: { exact: id } } : {})
  }
}

function microphone(id: string | undefined): MediaTrackConstraints {
  return { echoCancellation: true, noiseSuppression: true, autoGainControl: true, ...(id ? { deviceId: { exact: id } } : {}) }
}

function widthOf(quality: Quality): number { return Math.round(quality.height * 16 / 9 / 2) * 2 }

function isMissing(problem: unknown): boolean {
  return problem instanceof DOMException && (problem.name === 'NotFoundError' || problem.name === 'OverconstrainedError')
}

function tracksOf(stream: MediaStream): Opened {
  return { picture: stream.getVideoTracks()[0], sound: stream.getAudioTracks()[0] }
}
