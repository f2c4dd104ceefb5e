/** State is where a broadcast from the browser stands. */
export type State = 'unsupported' | 'idle' | 'asking' | 'ready' | 'connecting' | 'onair' | 'reconnecting' | 'ended'

/** What a state can become. */
export const next: Record<State, State[]> = {
  unsupported: [], idle: ['asking'], asking: ['idle', 'ready'], ready: ['connecting'],
  connecting: ['onair', 'ready'], onair: ['reconnecting', 'ended'], reconnecting: ['onair', 'ended'], ended: ['connecting']
}

/** isSending tells the states that must not be left by mistake. */
export function isSending(state: State): boolean {
  return state === 'connecting' || state === 'onair' || state === 'reconnecting'
}

/** What a state is called. */
export const stateKeys: Record<State, string> = {
  unsupported: 'golive.state-unsupported', idle: 'golive.state-idle', asking: 'golive.state-asking', ready: 'golive.state-ready',
  connecting: 'golive.state-connecting', onair: 'golive.state-onair', reconnecting: 'golive.state-reconnecting', ended: 'golive.state-ended'
}
