import type { Address, Message } from './message.js'
import { parseAddress } from './parse-address.js'
import { isReviewTrailer, parseTrailers } from './parse-trailers.js'
import type { GivenTrailer } from './series.js'

/**
 * The review trailers that replies gave, in the order of the mails (b4's rules): only those by which a person vouches
 * for a patch, only unquoted, each once per patch.
 */
export function givenTrailers(
  followUps: readonly { readonly message: Message; readonly patch: number | null }[],
): readonly GivenTrailer[] {
  const given: GivenTrailer[] = []
  const seen = new Set<string>()
  for (const { message, patch } of followUps) {
    if (patch === null || !MAYBE.test(message.body)) continue
    for (const { key, value } of parseTrailers(message.body)) {
      const id = `${patch}\0${key.toLowerCase()}\0${value.toLowerCase()}`
      if (!isReviewTrailer(key) || seen.has(id)) continue
      seen.add(id)
      const senderMatches = matches(message.from, parseAddress(value))
      given.push({ patch, key, value, from: message.from, senderMatches, message })
    }
  }
  return given
}

const MAYBE = /^[A-Z][\w-]{1,30}-by: /im

function matches(sender: Address | null, named: Address | null): boolean | null {
  if (sender === null || named === null) return null
  if (sender.obfuscated || named.obfuscated || sender.address === null || named.address === null) {
    return sender.name !== '' && sender.name.toLowerCase() === named.name.toLowerCase() ? true : null
  }
  return sender.address.toLowerCase() === named.address.toLowerCase()
}
