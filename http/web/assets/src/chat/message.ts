// What is said in a room, in the words of the page.

/** Affiliation is what somebody is to the room. */
export type Affiliation = 'owner' | 'admin' | 'none'

/** Tally is how many put an emoji to a message. */
export interface Tally { emoji: string, count: number }

/** Message is one line of the chat. */
export interface Message {
  id: string // of the room, for good
  origin: string // the sender's own
  nick: string
  person: string // the same for all messages of one person in the room
  body: string
  at: Date
  affiliation: Affiliation
  kind: '' | 'highlight' | 'announcement' | 'warning'
  replyTo: string // '' none
  mentions: string[] // persons
  state: '' | 'held' | 'delayed'
  rule: string
  isEdited: boolean
  tally: Tally[]
  avatar: string // path, '' none
}

/** Person is somebody the room told of: who moderates or has spoken. */
export interface Person {
  nick: string
  id: string // occupant id
  affiliation: Affiliation
  role: 'moderator' | 'participant' | 'visitor'
  jid: string // told to moderators alone; '' otherwise
  account: string // username here, '' none
  avatar: string // path, '' none
}

/** RoomSettings are those everybody is told of. */
export interface RoomSettings {
  mode: '' | 'everybody' | 'mute_anonymous' | 'signed_in' | 'followers' | 'read_only'
  slowMode: number // seconds
  delay: number // seconds before others see a message
  holdsLinks: boolean
  isPanic: boolean
  isEmojiOnly: boolean
}

/** Pinned stands above the messages. */
export interface Pinned { id: string, nick: string, text: string }

/** Poll is a question to everybody. */
export interface Poll {
  id: string
  question: string
  choices: { number: string, label: string, votes: number }[]
  votes: number
  endsAt: Date
  isOver: boolean
}

/** Terms are shown until they change. */
export interface Terms { type: 'global' | 'muc', text: string }

/** canModerate tells whether an affiliation comes with a moderator's powers. */
export function canModerate(affiliation: Affiliation): boolean { return affiliation === 'owner' || affiliation === 'admin' }
