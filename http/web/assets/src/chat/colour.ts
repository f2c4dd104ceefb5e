// Colours of nicknames: the hue of XEP-0392 §5.1, in HSLuv at a lightness that keeps the contrast of WCAG 2.2 AA on every ground of ours.

/** sha1 is the first two bytes of the digest (RFC 3174), as a number. */
export function sha1(text: string): number {
  const bytes = new TextEncoder().encode(text)
  const words = new Uint32Array((((bytes.length + 8) >> 6) + 1) * 16)
  bytes.forEach((byte, i) => { words[i >> 2]! |= byte << (24 - (i & 3) * 8) })
  words[bytes.length >> 2]! |= 0x80 << (24 - (bytes.length & 3) * 8)
  words[words.length - 1] = bytes.length * 8
  let h = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0]
  for (let at = 0; at < words.length; at += 16) h = block(h, words.subarray(at, at + 16))
  return h[0]! >>> 16
}

const rotate = (n: number, by: number) => (n << by) | (n >>> (32 - by))

function block(h: number[], chunk: Uint32Array): number[] {
  const w = new Uint32Array(80)
  w.set(chunk)
  for (let i = 16; i < 80; i++) w[i] = rotate(w[i - 3]! ^ w[i - 8]! ^ w[i - 14]! ^ w[i - 16]!, 1)
  let [a, b, c, d, e] = h as [number, number, number, number, number]
  for (let i = 0; i < 80; i++) {
    const [f, k] = i < 20 ? [(b & c) | (~b & d), 0x5a827999] : i < 40 ? [b ^ c ^ d, 0x6ed9eba1]
      : i < 60 ? [(b & c) | (b & d) | (c & d), 0x8f1bbcdc] : [b ^ c ^ d, 0xca62c1d6]
    const next = (rotate(a, 5) + f + e + k + w[i]!) | 0
    e = d; d = c; c = rotate(b, 30); b = a; a = next
  }
  return [a, b, c, d, e].map((n, i) => (n + h[i]!) | 0)
}

/** hue is the angle of a nickname, in degrees. Its bytes are read the little end first. */
export function hue(nick: string): number {
  const two = sha1(nick)
  return (((two & 0xff) << 8) | (two >>> 8)) / 65536 * 360
}

// The matrix from XYZ to linear sRGB and the white point D65, as HSLuv revision 4 has them.
const m = [[3.240969941904521, -1.537383177570093, -0.498610760293], [-0.96924363628087, 1.87596750150772, 0.041555057407175], [0.055630079696993, -0.20397695888897, 1.056971514242878]] as const
const [refU, refV, kappa] = [0.19783000664283, 0.46831999493879, 903.2962962]

/** maxChroma is how colourful a hue can be at a lightness within sRGB. */
function maxChroma(l: number, radians: number): number {
  const sub = (l + 16) ** 3 / 1560896
  const y = sub > 0.0088564516 ? sub : l / kappa
  let least = Infinity
  for (const [m1, m2, m3] of m) {
    for (const t of [0, 1]) {
      const top1 = (284517 * m1 - 94839 * m3) * y
      const top2 = (838422 * m3 + 769860 * m2 + 731718 * m1) * l * y - 769860 * t * l
      const bottom = (632260 * m3 - 126452 * m2) * y + 126452 * t
      const length = top2 / bottom / (Math.sin(radians) - top1 / bottom * Math.cos(radians))
      if (length >= 0) least = Math.min(least, length)
    }
  }
  return least
}

/** hsluv gives a colour as CSS writes it. */
export function hsluv(h: number, saturation: number, l: number): string {
  const radians = h / 180 * Math.PI
  const c = maxChroma(l, radians) * saturation / 100
  const [u, v] = [Math.cos(radians) * c / (13 * l) + refU, Math.sin(radians) * c / (13 * l) + refV]
  const y = l <= 8 ? l / kappa : ((l + 16) / 116) ** 3
  const x = -(9 * y * u) / ((u - 4) * v - u * v)
  const z = (9 * y - 15 * v * y - v * x) / (3 * v)
  const channels = m.map(([m1, m2, m3]) => {
    const linear = m1 * x + m2 * y + m3 * z
    const one = linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055
    return Math.round(Math.min(1, Math.max(0, one)) * 255)
  })
  return `rgb(${channels.join(' ')})`
}

// HSLuv's lightness is that of CIE L*: 41 is at least 4.5:1 on the lightest grounds of the page, 74 on the darkest ones.
const onLight = 41
const onDark = 74
const saturation = 85

const known = new Map<string, [string, string]>()

/** paint gives an element the two colours of a nickname, for style sheets to choose from. */
export function paint(element: HTMLElement, nick: string) {
  let pair = known.get(nick)
  if (!pair) {
    if (known.size > 2000) known.clear()
    const angle = hue(nick)
    pair = [hsluv(angle, saturation, onLight), hsluv(angle, saturation, onDark)]
    known.set(nick, pair)
  }
  element.style.setProperty('--nick-light', pair[0])
  element.style.setProperty('--nick-dark', pair[1])
}
