export { buildThreads, type Thread } from './build-threads.js'
export { collectSeries } from './collect-series.js'
export { headerValue, headerValues } from './header-fields.js'
export type {
  Address,
  DroppedLine,
  MailDamage,
  MailDamageKind,
  MailFormat,
  MailPart,
  MailReading,
  MailReadingNotes,
  Message,
} from './message.js'
export { type NamedIdentifier, namedIdentifiers } from './named-functions.js'
export { parseSubject, type Subject } from './parse-subject.js'
export { isReviewTrailer, parseTrailers, type Trailer } from './parse-trailers.js'
export { CLAIM_EFFECT, type Claim, type ClaimKind, readClaims } from './read-claims.js'
export { readMail, readMailEach } from './read-mail.js'
export { readMailPath } from './read-mail-path.js'
export { groupRevisions, type RevisionGroup, selectRevision } from './select-revision.js'
export type { FollowUp, GivenTrailer, Series } from './series.js'
export { type ThreadNode, walkTree } from './thread-tree.js'
