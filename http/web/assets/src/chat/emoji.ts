// The emoji of the picker, with the shortcodes people type. One group per line of names.

/** Group is one tab of the picker; icon stands for it. */
export interface Group { key: string, icon: string, emoji: [string, string][] }

const groups: Record<string, string> = {
  faces: '😀 grinning 😃 smiley 😄 smile 😁 grin 😆 laughing 😅 sweat_smile 🤣 rofl 😂 joy 🙂 slight_smile 🙃 upside_down 😉 wink 😊 blush 😇 innocent 🥰 hearts 😍 heart_eyes 🤩 star_struck 😘 kiss 😋 yum 😛 tongue 😜 winky_tongue 🤪 zany 🤗 hug 🤭 giggle 🤫 shush 🤔 thinking 🤨 raised_eyebrow 😐 neutral 😑 expressionless 😶 no_mouth 😏 smirk 😒 unamused 🙄 eye_roll 😬 grimace 😌 relieved 😔 pensive 😴 sleeping 😷 mask 🤒 sick 🤯 mind_blown 🤠 cowboy 🥳 party 😎 cool 🤓 nerd 😕 confused 😟 worried 🙁 slight_frown 😮 open_mouth 😲 astonished 😳 flushed 🥺 pleading 😢 cry 😭 sob 😱 scream 😤 triumph 😡 rage 🤬 cursing 💀 skull 💩 poop 🤡 clown 👻 ghost 👽 alien 🤖 robot',
  hands: '👍 +1 👎 -1 👌 ok_hand ✌️ victory 🤞 crossed_fingers 🤟 love_you 🤘 metal 👈 left 👉 right 👆 up 👇 down ☝️ point_up ✋ raised_hand 👋 wave 🤙 call_me 💪 muscle 👏 clap 🙌 raised_hands 🤝 handshake 🙏 pray ✊ fist 👊 punch 👀 eyes 🧠 brain 👂 ear 🙋 raising_hand 🤷 shrug 🤦 facepalm 💃 dancer 🕺 dancing',
  hearts: '❤️ heart 🧡 orange_heart 💛 yellow_heart 💚 green_heart 💙 blue_heart 💜 purple_heart 🖤 black_heart 🤍 white_heart 💔 broken_heart 💕 two_hearts 💖 sparkling_heart 💯 100 💥 boom 💫 dizzy ✨ sparkles ⭐ star 🌟 glowing_star 🔥 fire 💧 droplet 🎉 tada 🎊 confetti 🎈 balloon 🎁 gift 🏆 trophy 🥇 first 🏅 medal',
  nature: '🐶 dog 🐱 cat 🐭 mouse 🐰 rabbit 🦊 fox 🐻 bear 🐼 panda 🐸 frog 🐵 monkey 🙈 see_no_evil 🙉 hear_no_evil 🙊 speak_no_evil 🐔 chicken 🐧 penguin 🦆 duck 🦉 owl 🐝 bee 🦋 butterfly 🐌 snail 🐢 turtle 🐙 octopus 🐬 dolphin 🐳 whale 🦄 unicorn 🌵 cactus 🌲 evergreen 🌳 tree 🌱 seedling 🍀 clover 🌹 rose 🌻 sunflower 🌈 rainbow ☀️ sun ☁️ cloud ⚡ zap ❄️ snowflake 🌊 wave_water 🌙 moon 🌍 earth',
  food: '🍎 apple 🍌 banana 🍓 strawberry 🍒 cherries 🍑 peach 🍍 pineapple 🥑 avocado 🍅 tomato 🥕 carrot 🌽 corn 🍞 bread 🥐 croissant 🧀 cheese 🍔 burger 🍟 fries 🍕 pizza 🌮 taco 🍿 popcorn 🍜 noodles 🍣 sushi 🍰 cake 🎂 birthday 🍪 cookie 🍫 chocolate 🍩 doughnut ☕ coffee 🍵 tea 🍺 beer 🍻 beers 🥂 cheers 🍷 wine',
  things: '🎬 clapper 🎥 camera 📷 photo 🎤 microphone 🎧 headphones 🎵 note 🎶 notes 🎸 guitar 🎹 piano 🥁 drum 🎨 art 🎭 theatre 🎮 game ⚽ football 🏀 basketball 🚲 bike 🚗 car 🚆 train ✈️ plane 🚀 rocket ⏰ alarm ⏳ hourglass 💡 bulb 🔔 bell 📢 loudspeaker 💬 speech 📌 pin 📎 paperclip 📚 books ✏️ pencil 🔒 lock 🔑 key 🔨 hammer 💻 laptop 📱 phone 📺 tv 🖨️ printer 💰 money 🗑️ wastebasket',
  signs: '✅ check ❌ x ❓ question ❗ exclamation ‼️ bangbang ⚠️ warning 🚫 no_entry 🆗 ok 🆕 new 🔴 red 🟠 orange 🟡 yellow 🟢 green 🔵 blue 🟣 purple ⚫ black ⚪ white ▶️ play ⏸️ pause ⏹️ stop ⏺️ record 🔊 sound 🔇 muted ➕ plus ➖ minus ♻️ recycle 🏳️ white_flag 🏁 finish 🏳️‍🌈 rainbow_flag'
}

/** emojiGroups are the tabs of the picker. */
export const emojiGroups: Group[] = Object.entries(groups).map(([key, line]) => {
  const words = line.split(' ')
  const emoji: [string, string][] = []
  for (let i = 0; i + 1 < words.length; i += 2) emoji.push([words[i]!, words[i + 1]!])
  return { key, icon: emoji[0]![0], emoji }
})

const byName = new Map(emojiGroups.flatMap(g => g.emoji.map(([emoji, name]) => [name, emoji])))

/** CustomEmoji are a channel's own: pictures by ":name:". */
export type CustomEmoji = Map<string, string>

/** isNamed tells whether a text may hold an emoji of the channel's own. */
export function isNamed(text: string): boolean { return /:[\w+-]+:/.test(text) }

/** loadCustom reads a channel's emoji into a list that is shared, and reports whether there are any. */
export async function loadCustom(url: string, into: CustomEmoji): Promise<boolean> {
  const answer = url ? await fetch(url).catch(() => undefined) : undefined
  if (!answer?.ok) return false // most channels have none
  for (const [name, address] of readCustom(await answer.json())) into.set(name, address)
  return into.size > 0
}

/** readCustom takes the definition of a channel's emoji; pictures of other sites are left out. */
export function readCustom(definition: unknown): CustomEmoji {
  const found: CustomEmoji = new Map()
  const list = (definition as { customEmojis?: { sn?: unknown, url?: unknown }[] } | undefined)?.customEmojis
  for (const { sn, url } of Array.isArray(list) ? list.slice(0, 300) : []) {
    if (typeof sn !== 'string' || typeof url !== 'string') continue
    const address = URL.canParse?.(url, location.origin) === false ? undefined : new URL(url, location.origin)
    if (address?.origin === location.origin) found.set(sn.replaceAll(':', ''), address.pathname)
  }
  return found
}

/** withEmoji puts emoji in the place of the shortcodes of a text; those that are nobody's stay as they are. */
export function withEmoji(text: string, custom: CustomEmoji): string {
  return text.replace(/:([\w+-]+):/g, (whole, name: string) => custom.has(name) ? whole : byName.get(name) ?? whole)
}

/** Suggestion is what may complete what is being typed. */
export interface Suggestion { text: string, label: string, emoji?: string, picture?: string | undefined }

/** emojiLike are those whose name begins with what was typed, then those that hold it. */
export function emojiLike(typed: string, custom: CustomEmoji, most: number): Suggestion[] {
  const wanted = typed.toLowerCase()
  const own = [...custom].map(([name, picture]) => ({ text: `:${name}:`, label: `:${name}:`, picture, name: name.toLowerCase() }))
  const all = [...byName].map(([name, emoji]) => ({ text: emoji, label: `:${name}:`, emoji, name }))
  const near = [...own, ...all].filter(one => one.name.includes(wanted))
  return near.sort((a, b) => Number(b.name.startsWith(wanted)) - Number(a.name.startsWith(wanted))).slice(0, most)
}

const emojiOnly = /^(?:\p{Regional_Indicator}{2}|[\p{Extended_Pictographic}\u20e3]\ufe0f?[\p{Emoji_Modifier}]?|[0-9#*]\ufe0f?\u20e3|\u200d|\s|:[\w+-]+:)+$/u

/** isBig tells whether a message is a few emoji and nothing else. */
export function isBig(body: string, custom: CustomEmoji): boolean {
  if (body.length > 60 || !emojiOnly.test(body)) return false
  return [...body.matchAll(/:([\w+-]+):/g)].every(([, name]) => custom.has(name ?? ''))
}
