import pencil from 'lucide-static/icons/pencil.svg'
import corner from 'lucide-static/icons/corner-up-left.svg'
import shield from 'lucide-static/icons/shield.svg'
import { make } from '../page'
import type { Messages } from '../messages'
import { paint } from './colour'
import { isBig } from './emoji'
import { canModerate, type Message, type Tally } from './message'
import { excerpt, render, type Reader } from './text'

/** Scene is what a row depends on beside its message. */
export interface Scene extends Reader {
  messages: Messages
  find(id: string): Message | undefined
  isOwn(message: Message): boolean
  ownReactions(id: string): readonly string[]
  canReact: boolean
  clock(at: Date): string
}

/** icon draws one of Lucide's, hidden from screen readers. */
export function icon(svg: string): Element {
  const holder = make('span')
  holder.innerHTML = svg
  const drawn = holder.querySelector('svg') ?? holder
  drawn.setAttribute('class', 'icon')
  drawn.setAttribute('aria-hidden', 'true')
  return drawn
}

/** drawRow is one message. What can be done with it is found by data attributes: data-show, data-emoji. */
export function drawRow(message: Message, scene: Scene): HTMLElement {
  const row = make('li', { className: 'chat-row', tabIndex: -1 })
  row.dataset.id = message.id
  row.classList.toggle('is-own', scene.isOwn(message))
  row.classList.toggle('is-big', isBig(message.body, scene.custom))
  row.classList.toggle('is-waiting', message.state !== '')
  const names = message.mentions.length > 0 && scene.own !== '' && message.body.toLowerCase().includes('@' + scene.own.toLowerCase())
  row.classList.toggle('names-me', names && !scene.isOwn(message))
  if (message.kind) row.classList.add(`is-${message.kind}`)
  const line = make('div', { className: 'chat-line' }, ...head(message, scene), ' ', text(message, scene), ...tail(message, scene))
  const inside: HTMLElement[] = [line]
  const quoted = message.replyTo ? quote(message, scene) : undefined
  if (quoted) inside.unshift(quoted)
  if (message.tally.length > 0) inside.push(reactions(message, scene))
  row.append(avatar(message), make('div', { className: 'chat-said' }, ...inside))
  return row
}

function avatar(message: Message): HTMLElement {
  const src = message.avatar
  if (src) return make('img', { className: 'chat-avatar', src, alt: '', width: 24, height: 24, loading: 'lazy', decoding: 'async' })
  const letter = make('span', { className: 'chat-avatar', textContent: [...message.nick.trim()][0]?.toUpperCase() ?? '?' })
  letter.setAttribute('aria-hidden', 'true')
  paint(letter, message.nick)
  return letter
}

function head(message: Message, scene: Scene): (Node | string)[] {
  const nick = make('strong', { className: 'chat-nick', textContent: message.nick })
  nick.dir = 'auto'
  paint(nick, message.nick)
  const parts: (Node | string)[] = [nick]
  if (canModerate(message.affiliation)) {
    const label = scene.messages.t(message.affiliation === 'owner' ? 'chat.owner' : 'chat.moderator')
    const badge = make('span', { className: 'chat-badge', title: label }, icon(shield), make('span', { className: 'visually-hidden', textContent: label }))
    parts.push(' ', badge)
  }
  if (message.kind) parts.push(' ', make('span', { className: 'chat-kind', textContent: kindLabel(message, scene.messages) }))
  return parts
}

function kindLabel(message: Message, messages: Messages): string {
  switch (message.kind) {
    case 'announcement': return messages.t('chat.announcement')
    case 'warning': return messages.t('chat.warning')
    default: return messages.t('chat.highlight')
  }
}

function text(message: Message, scene: Scene): HTMLElement {
  const said = make('span', { className: 'chat-text' }, ...render(message.body, scene))
  said.dir = 'auto'
  return said
}

function tail(message: Message, scene: Scene): (Node | string)[] {
  const parts: (Node | string)[] = []
  const { messages } = scene
  if (message.isEdited) parts.push(' ', make('span', { className: 'chat-edited', title: messages.t('chat.edited') }, icon(pencil), make('span', { className: 'visually-hidden', textContent: messages.t('chat.edited') })))
  if (message.state) parts.push(' ', make('span', { className: 'chat-state', textContent: messages.t(message.state === 'held' ? 'chat.held' : 'chat.delayed') }))
  parts.push(' ', make('time', { className: 'chat-time', dateTime: message.at.toISOString(), textContent: scene.clock(message.at) }))
  return parts
}

function quote(message: Message, scene: Scene): HTMLElement {
  const original = scene.find(message.replyTo)
  const button = make('button', { type: 'button', className: 'chat-quote' }, icon(corner))
  if (original) {
    button.dataset.show = original.id
    const nick = make('strong', { textContent: original.nick })
    paint(nick, original.nick)
    button.append(make('span', { className: 'visually-hidden', textContent: scene.messages.t('chat.in-reply-to') }), nick, make('span', { className: 'chat-quoted', textContent: excerpt(original.body) }))
  } else {
    button.disabled = true
    button.append(make('span', { className: 'chat-quoted', textContent: scene.messages.t('chat.reply-to-gone') }))
  }
  return button
}

function reactions(message: Message, scene: Scene): HTMLElement {
  const own = scene.ownReactions(message.id)
  return make('div', { className: 'chat-reactions' }, ...message.tally.map(tally => chip(tally, own.includes(tally.emoji), scene)))
}

function chip({ emoji, count }: Tally, isOwn: boolean, scene: Scene): HTMLElement {
  const src = scene.custom.get(emoji.replaceAll(':', ''))
  const picture = src ? make('img', { className: 'chat-emoji', src, alt: emoji }) : emoji
  const button = make('button', { type: 'button', className: 'chat-chip', disabled: !scene.canReact }, make('span', {}, picture), make('span', { textContent: String(count) }))
  button.dataset.emoji = emoji
  button.setAttribute('aria-pressed', String(isOwn))
  button.setAttribute('aria-label', scene.messages.t('chat.reaction-count', { emoji, n: count }))
  return button
}
