// XML as the chat's line carries it: written escaped, read by the browser's own parser.

/** Xml is markup that is whole and escaped. */
export class Xml {
  constructor(readonly markup: string) {}
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' }

/** forbidden is what XML 1.0 §2.2 has no place for. */
const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

function escape(text: string): string {
  return text.replace(forbidden, '').replace(/[&<>"']/g, one => entities[one] ?? one)
}

/** xml writes an element; attributes that are undefined are left out. */
export function xml(name: string, attributes: Record<string, string | number | undefined> = {}, ...children: (Xml | string)[]): Xml {
  const written = Object.entries(attributes).filter(([, value]) => value !== undefined).map(([key, value]) => ` ${key}="${escape(String(value))}"`).join('')
  const inside = children.map(child => typeof child === 'string' ? escape(child) : child.markup).join('')
  return new Xml(inside ? `<${name}${written}>${inside}</${name}>` : `<${name}${written}/>`)
}

const parser = new DOMParser()

/** parse reads one element; undefined when it is none. */
export function parse(text: string): Element | undefined {
  const root = parser.parseFromString(text, 'text/xml').documentElement
  return root.querySelector('parsererror') || root.localName === 'parsererror' ? undefined : root
}

/** child is the first child of that namespace and name; with name '*' of any. */
export function child(of: Element | undefined, namespace: string, name: string): Element | undefined {
  return children(of, namespace, name)[0]
}

/** children are those of that namespace and name, in their order. */
export function children(of: Element | undefined, namespace: string, name: string): Element[] {
  return of ? [...of.children].filter(e => e.namespaceURI === namespace && (name === '*' || e.localName === name)) : []
}

/** textOf is the text of a child, '' without one. */
export function textOf(of: Element | undefined, namespace: string, name: string): string {
  return child(of, namespace, name)?.textContent ?? ''
}

/** attribute reads one, '' without it. */
export function attribute(of: Element | undefined, name: string): string {
  return of?.getAttribute(name) ?? ''
}

/** number reads a whole number of an attribute, 0 where there is none. */
export function numberOf(of: Element | undefined, name: string): number {
  const n = Number.parseInt(attribute(of, name), 10)
  return Number.isFinite(n) ? n : 0
}

/** nickOf is the nickname in the address of an occupant: what comes after the slash. */
export function nickOf(jid: string): string {
  const slash = jid.indexOf('/')
  return slash < 0 ? '' : jid.slice(slash + 1)
}

/** The namespaces; docs/chat-protocol.md says where each is used. */
export const ns = {
  framing: 'urn:ietf:params:xml:ns:xmpp-framing',
  sasl: 'urn:ietf:params:xml:ns:xmpp-sasl',
  bind: 'urn:ietf:params:xml:ns:xmpp-bind',
  client: 'jabber:client',
  streams: 'http://etherx.jabber.org/streams',
  stanzas: 'urn:ietf:params:xml:ns:xmpp-stanzas',
  ping: 'urn:xmpp:ping',
  muc: 'http://jabber.org/protocol/muc',
  mucUser: 'http://jabber.org/protocol/muc#user',
  mucAdmin: 'http://jabber.org/protocol/muc#admin',
  ids: 'urn:xmpp:sid:0',
  occupant: 'urn:xmpp:occupant-id:0',
  delay: 'urn:xmpp:delay',
  correct: 'urn:xmpp:message-correct:0',
  retract: 'urn:xmpp:message-retract:1',
  fasten: 'urn:xmpp:fasten:0',
  moderate: 'urn:xmpp:message-moderate:1',
  reactions: 'urn:xmpp:reactions:0',
  reply: 'urn:xmpp:reply:0',
  mam: 'urn:xmpp:mam:2',
  forward: 'urn:xmpp:forward:0',
  rsm: 'http://jabber.org/protocol/rsm',
  polls: 'http://jabber.org/protocol/muc#x-poll-message',
  chat: 'urn:lucarne:chat:0'
} as const
