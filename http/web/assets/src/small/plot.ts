import { dataOf } from '../page'

interface Series { title: string, unit: string, labels: string[], values: number[] }

const height = 240
const margin = { top: 12, right: 12, bottom: 26, left: 44 }

/** The element that draws a curve over the numbers the server wrote. See ui.Plot. */
class Plot extends HTMLElement {
  private readonly series = dataOf<Series>(this)
  private readonly top = roundUp(Math.max(...this.series.values, 1))

  private width = 0

  connectedCallback() {
    if (this.series.values.length === 0) return
    new ResizeObserver(() => { if (this.clientWidth !== this.width) this.draw() }).observe(this)
  }

  /** draw fills the width there is, so that its letters are as large as the page's. */
  private draw() {
    this.width = this.clientWidth
    const width = this.width
    for (const old of this.querySelectorAll(':scope > svg, :scope > output')) old.remove()
    const svg = node('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': this.series.title })
    const output = document.createElement('output')
    svg.append(...this.grid(), ...this.curve())
    const dot = node('circle', { class: 'plot-dot', r: 5 })
    svg.append(dot)
    svg.addEventListener('pointermove', event => {
      const share = (event.clientX - svg.getBoundingClientRect().left) / svg.getBoundingClientRect().width * width
      const i = this.nearest(share)
      dot.setAttribute('cx', String(this.x(i)))
      dot.setAttribute('cy', String(this.y(this.series.values[i] ?? 0)))
      output.textContent = `${this.series.labels[i]}: ${this.number(this.series.values[i] ?? 0)} ${this.series.unit}`
    })
    this.prepend(svg, output)
  }

  private x(i: number): number {
    const last = Math.max(1, this.series.values.length - 1)
    return margin.left + i / last * (this.width - margin.left - margin.right)
  }

  private y(value: number): number {
    return height - margin.bottom - value / this.top * (height - margin.top - margin.bottom)
  }

  private nearest(x: number): number {
    const last = this.series.values.length - 1
    const i = Math.round((x - margin.left) / (this.width - margin.left - margin.right) * last)
    return Math.min(last, Math.max(0, i))
  }

  private number(value: number): string {
    return new Intl.NumberFormat(document.documentElement.lang || undefined, { notation: value >= 10000 ? 'compact' : 'standard', maximumFractionDigits: 1 }).format(value)
  }

  private grid(): SVGElement[] {
    const lines = [0, 0.5, 1].flatMap(share => {
      const y = this.y(share * this.top)
      return [
        node('line', { class: 'plot-grid', x1: margin.left, x2: this.width - margin.right, y1: y, y2: y }),
        text(margin.left - 8, y + 4, 'end', this.number(share * this.top))
      ]
    })
    const last = this.series.labels.length - 1
    return [...lines, text(this.x(0), height - 6, 'start', this.series.labels[0] ?? ''), text(this.x(last), height - 6, 'end', this.series.labels[last] ?? '')]
  }

  private curve(): SVGElement[] {
    const points = this.series.values.map((v, i) => `${this.x(i).toFixed(1)} ${this.y(v).toFixed(1)}`)
    const line = 'M' + points.join('L')
    const floor = this.y(0)
    return [
      node('path', { class: 'plot-area', d: `${line}L${this.x(points.length - 1)} ${floor}L${this.x(0)} ${floor}z` }),
      node('path', { class: 'plot-line', d: line })
    ]
  }
}

/** roundUp finds a top for the axis that is easy to read: 1, 2 or 5 times a power of ten. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  return ([1, 2, 5].find(n => n * power >= value) ?? 10) * power
}

function node<K extends keyof SVGElementTagNameMap>(tag: K, attributes: Record<string, string | number>): SVGElementTagNameMap[K] {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value))
  return element
}

function text(x: number, y: number, anchor: string, content: string): SVGElement {
  const element = node('text', { x, y, 'text-anchor': anchor })
  element.textContent = content
  return element
}

/** definePlot makes <lucarne-plot> work. */
export function definePlot() {
  customElements.define('lucarne-plot', Plot)
}
