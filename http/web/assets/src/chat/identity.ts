import { csrfToken, keep, kept } from '../page'
import { base64, Refusal, type Identity } from './connection'
import type { Settings } from './settings'

const secretKey = 'lucarne.chat.secret'
let ofThisPage = ''

/** secret is what this browser is recognised by in chats, by nobody but this site. */
function secret(): string {
  ofThisPage ||= kept(secretKey) ?? ''
  if (!/^[\w-]{24,128}$/.test(ofThisPage)) {
    ofThisPage = base64(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(24)).map(n => n & 127))).replace(/[+/=]/g, '')
    keep(secretKey, ofThisPage)
  }
  return ofThisPage
}

/** identify signs in with the account of the page's session, otherwise as a visitor. */
export async function identify({ auth, domain, visitorDomain }: Settings): Promise<Identity & { nickname: string }> {
  const visitor = { domain: visitorDomain, mechanism: 'ANONYMOUS' as const, initial: base64(secret()), nickname: '' }
  if (!auth) return visitor
  const answer = await fetch(auth, { headers: { 'X-CSRF-Token': csrfToken(), Accept: 'application/json' } })
  if (answer.status === 401 || answer.status === 403) return visitor // the session is over
  if (!answer.ok) throw new Refusal('remote-server-timeout', 'wait', '')
  const { jid, password, nickname } = await answer.json() as { jid: string, password: string, nickname: string }
  return { domain, mechanism: 'PLAIN', initial: base64(`\0${jid.replace(/@.*$/, '')}\0${password}`), nickname }
}
