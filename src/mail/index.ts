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
export { readMail, readMailEach } from './read-mail.js'
export { readMailPath } from './read-mail-path.js'
