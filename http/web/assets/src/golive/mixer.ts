const quietest = -60 // dB, where the meter begins

/**
 * Mixer makes one track of microphone and screen. It is the same track for the whole broadcast, whatever feeds it, so that
 * nothing changes for viewers when a source does.
 */
export class Mixer {
  private readonly context = new AudioContext() // at the microphone's rate: Firefox joins no others
  private readonly out = new MediaStreamAudioDestinationNode(this.context, { channelCount: 2 })
  private readonly analyser = new AnalyserNode(this.context, { fftSize: 1024 })
  private readonly voice = new GainNode(this.context)
  private readonly samples = new Float32Array(1024)
  private readonly inputs = new Map<'microphone' | 'screen', MediaStreamAudioSourceNode>()

  constructor() {
    this.voice.connect(this.out)
    this.voice.connect(this.analyser)
  }

  /** track is the mix. */
  get track(): MediaStreamTrack {
    return this.out.stream.getAudioTracks()[0]!
  }

  /** feed puts a source in place of the one before; undefined takes it away. */
  feed(name: 'microphone' | 'screen', track: MediaStreamTrack | undefined) {
    void this.context.resume()
    this.inputs.get(name)?.disconnect()
    this.inputs.delete(name)
    if (!track) return
    const input = this.context.createMediaStreamSource(new MediaStream([track]))
    if (name === 'microphone') input.connect(this.voice)
    else {
      input.connect(this.out)
      input.connect(this.analyser)
    }
    this.inputs.set(name, input)
  }

  /** mute silences the microphone alone. */
  mute(is: boolean) {
    this.voice.gain.value = is ? 0 : 1
  }

  /** level is how loud it is, from 0 to 100. */
  level(): number {
    this.analyser.getFloatTimeDomainData(this.samples)
    const power = this.samples.reduce((sum, s) => sum + s * s, 0) / this.samples.length
    const decibels = 10 * Math.log10(power + 1e-12)
    return Math.max(0, Math.min(100, (decibels - quietest) / -quietest * 100))
  }

  close() {
    void this.context.close()
  }
}
