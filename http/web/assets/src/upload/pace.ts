/** Pace measures speed over the last seconds, so that the time left does not jump about. */
export class Pace {
  private readonly marks: { at: number, bytes: number }[] = []

  /** mark notes how many bytes have been sent by now. */
  mark(bytes: number) {
    const at = performance.now()
    this.marks.push({ at, bytes })
    while (this.marks.length > 2 && at - (this.marks[0]?.at ?? at) > 10_000) this.marks.shift()
  }

  /** forget starts again, after a pause. */
  forget() { this.marks.length = 0 }

  /** perSecond is the speed in bytes; 0 when it is not known yet. */
  perSecond(): number {
    const first = this.marks[0]
    const last = this.marks.at(-1)
    if (!first || !last || last.at - first.at < 500) return 0
    return Math.max(0, (last.bytes - first.bytes) / (last.at - first.at) * 1000)
  }
}
