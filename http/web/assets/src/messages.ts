type Message = string | Record<string, string>

/** Values fill the {placeholders} of a message; n chooses its plural form. */
export type Values = Record<string, string | number>

/** Messages speaks the page's language, from the catalogue the server put beside the island. */
export class Messages {
  private readonly language = document.documentElement.lang || 'en'
  private readonly plurals = new Intl.PluralRules(this.language)
  private readonly numbers = new Intl.NumberFormat(this.language, { maximumFractionDigits: 1 })

  constructor(private readonly messages: Record<string, Message>) {}

  /** t returns the message of that key, or the key when there is none. */
  t(key: string, values: Values = {}): string {
    return this.form(key, values).replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = values[name]
      if (value === undefined) return whole
      return typeof value === 'number' ? this.numbers.format(value) : value
    })
  }

  /** bytes writes a size in decimal units. */
  bytes(n: number): string {
    const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte']
    const power = n < 1 ? 0 : Math.min(Math.floor(Math.log10(n) / 3), units.length - 1)
    const style = { style: 'unit', unit: units[power], unitDisplay: 'short', maximumFractionDigits: power > 1 ? 1 : 0 } as const
    return new Intl.NumberFormat(this.language, style as Intl.NumberFormatOptions).format(n / 1000 ** power)
  }

  private form(key: string, values: Values): string {
    const message = this.messages[key]
    if (message === undefined) return key
    if (typeof message === 'string') return message
    const form = this.plurals.select(Number(values.n ?? 0))
    return message[form] ?? message.other ?? key
  }
}

/** clock writes seconds as players do: 4:05, 1:02:03. */
export function clock(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds))
  const two = (n: number) => String(n).padStart(2, '0')
  const minutes = Math.floor(s / 60) % 60
  return s >= 3600 ? `${Math.floor(s / 3600)}:${two(minutes)}:${two(s % 60)}` : `${minutes}:${two(s % 60)}`
}
