// The text of a message as elements: links made safe, mentions and emoji. Nothing of it is ever read as HTML.
import { make } from '../page'
import type { CustomEmoji } from './emoji'

/** Reader is who a text is shown to, and what is known of the room. */
export interface Reader {
  own: string // our nickname
  isNick(name: string): boolean
  custom: CustomEmoji
}

const token = /(?<link>https?:\/\/[^\s<>"'`\u200b-\u200f\u2028-\u202e\u2060-\u206f]+)|(?<custom>:[\w+-]+:)|(?<mention>@[^\s@,;:!?()]+)/gu

/** render gives the nodes of a text. */
export function render(text: string, reader: Reader): Node[] {
  const nodes: Node[] = []
  let at = 0
  for (const match of text.matchAll(token)) {
    const piece = pieceOf(match, reader)
    if (!piece) continue
    if (match.index > at) nodes.push(document.createTextNode(text.slice(at, match.index)))
    nodes.push(piece.node)
    at = match.index + piece.length
  }
  if (at < text.length) nodes.push(document.createTextNode(text.slice(at)))
  return nodes
}

function pieceOf(match: RegExpMatchArray, reader: Reader): { node: Node, length: number } | undefined {
  const { link, custom, mention } = match.groups ?? {}
  if (link) return linkOf(link)
  if (custom) return pictureOf(custom, reader.custom)
  return mention ? mentionOf(mention, reader) : undefined
}

/** linkOf leaves out the punctuation a sentence ends with, and a bracket that was opened before the link. */
function linkOf(written: string): { node: Node, length: number } | undefined {
  let text = written.replace(/[.,;:!?…»"'*_]+$/, '')
  while (text.endsWith(')') && text.split(')').length > text.split('(').length) text = text.slice(0, -1)
  let url: URL
  try {
    url = new URL(text)
  } catch {
    return undefined
  }
  if (!/^https?:$/.test(url.protocol) || url.username || url.password) return undefined
  const node = make('a', { href: url.href, target: '_blank', rel: 'noopener noreferrer nofollow ugc', referrerPolicy: 'no-referrer', textContent: text })
  return { node, length: text.length }
}

function pictureOf(written: string, known: CustomEmoji): { node: Node, length: number } | undefined {
  const src = known.get(written.slice(1, -1))
  if (!src) return undefined
  return { node: make('img', { className: 'chat-emoji', src, alt: written, title: written, loading: 'lazy', decoding: 'async' }), length: written.length }
}

function mentionOf(written: string, reader: Reader): { node: Node, length: number } | undefined {
  const name = [written.slice(1), written.slice(1).replace(/[.'’]+$/, '')].find(one => reader.isNick(one))
  if (name === undefined) return undefined
  const isOwn = name.toLowerCase() === reader.own.toLowerCase()
  return { node: make('span', { className: isOwn ? 'chat-mention is-own' : 'chat-mention', textContent: '@' + name }), length: name.length + 1 }
}

/** excerpt is the beginning of a text on one line. */
export function excerpt(text: string, most = 90): string {
  const line = text.replace(/\s+/g, ' ').trim()
  const letters = [...line]
  return letters.length > most ? letters.slice(0, most - 1).join('') + '…' : line
}
