/** Settings is what the server says of a room on a page. See web.chatSettings. */
export interface Settings {
  mode: 'room' | 'read' | 'overlay' | 'replay'
  room: string // JID
  domain: string
  visitorDomain: string
  socket: string
  auth: string // where who is signed in gets a password; '' for visitors
  emoji: string // definition of the channel's own; '' none
  signIn: string
  moderation: string // page of moderators; '' for everybody else
  replay: string // what was said during a live; '' otherwise
  messages: Record<string, string | Record<string, string>>
}
