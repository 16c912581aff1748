/**
 * A mail's date as ISO 8601 in UTC, seconds precise, or null. Reads RFC 5322 (with its old zone names), asctime,
 * hypermail's `Thu Oct 03 2019 - 12:55:43 EST`, pipermail's `Thu Sep 10 13:07:57 EDT 2020` and ISO 8601; a date
 * without a time stays `YYYY-MM-DD`. A zone that nobody defines counts as UTC, as RFC 5322 has it.
 */
export function parseDate(value: string): string | null {
  const text = value.length > 200 ? value.slice(0, 200) : value
  const mail = MAIL.exec(text)
  if (mail !== null) return iso(mail[3], mail[2], mail[1], mail[4], mail[5], mail[6], mail[7])
  const hypermail = HYPERMAIL.exec(text)
  if (hypermail !== null) {
    return iso(
      hypermail[3],
      hypermail[1],
      hypermail[2],
      hypermail[4],
      hypermail[5],
      hypermail[6],
      hypermail[7],
    )
  }
  const asctime = ASCTIME.exec(text)
  if (asctime !== null) {
    return iso(asctime[7], asctime[1], asctime[2], asctime[3], asctime[4], asctime[5], asctime[6])
  }
  const ymd = YMD.exec(text)
  if (ymd === null) return null
  const month = Number(ymd[2]) - 1
  if (ymd[4] === undefined) {
    const day = utc(Number(ymd[1]), month, Number(ymd[3]), 0, 0, 0)
    return day === null ? null : day.slice(0, 10)
  }
  return isoMonth(ymd[1], month, ymd[3], ymd[4], ymd[5], ymd[6], ymd[7])
}

const MAIL =
  /(\d{1,2})[ -]{1,5}([A-Za-z]{3})[a-z]{0,6}[ -]{1,5}(\d{2,4})\s{1,5}(\d{1,2}):(\d\d)(?::(\d\d))?\s{0,5}([+-]\d{4}|[A-Za-z]{1,5})?/
const HYPERMAIL =
  /([A-Za-z]{3}) {1,2}(\d{1,2}) (\d{4}) - (\d{1,2}):(\d\d)(?::(\d\d))?(?: ([+-]\d{4}|[A-Za-z]{1,5}))?/
const ASCTIME =
  /([A-Za-z]{3}) {1,2}(\d{1,2}) (\d{1,2}):(\d\d)(?::(\d\d))?(?: ([+-]\d{4}|[A-Za-z]{1,5}))? (\d{4})/
const YMD = /(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d))?(?:\.\d{1,9})?\s?(Z|UTC|[+-]\d\d:?\d\d)?)?/

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

/** Minutes east of UTC. */
const ZONES: ReadonlyMap<string, number> = new Map([
  ['EST', -300],
  ['EDT', -240],
  ['CST', -360],
  ['CDT', -300],
  ['MST', -420],
  ['MDT', -360],
  ['PST', -480],
  ['PDT', -420],
  ['BST', 60],
  ['WEST', 60],
  ['CET', 60],
  ['MET', 60],
  ['CEST', 120],
  ['MEST', 120],
  ['EET', 120],
  ['EEST', 180],
  ['MSK', 180],
  ['IST', 330],
  ['JST', 540],
  ['KST', 540],
  ['AEST', 600],
  ['AEDT', 660],
  ['NZST', 720],
  ['NZDT', 780],
])

type Text = string | undefined

function iso(
  year: Text,
  month: Text,
  day: Text,
  hour: Text,
  minute: Text,
  second: Text,
  zone: Text,
): string | null {
  return isoMonth(year, MONTHS.indexOf((month ?? '').toLowerCase()), day, hour, minute, second, zone)
}

function isoMonth(
  year: Text,
  month: number,
  day: Text,
  hour: Text,
  minute: Text,
  second: Text,
  zone: Text,
): string | null {
  const written = Number(year)
  // Two and three digits as RFC 5322 section 4.3 reads them.
  const full = written < 50 ? written + 2000 : written < 1000 ? written + 1900 : written
  return utc(full, month, Number(day), Number(hour), Number(minute) - zoneMinutes(zone), Number(second ?? 0))
}

function utc(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
): string | null {
  if (month < 0 || month > 11 || day < 1 || day > 31 || hour > 24 || year < 1970 || year > 2999) return null
  const time = new Date(Date.UTC(year, month, day, hour, minute, second))
  // Half the time of toISOString(), and a list's mails are read by the ten thousand.
  return (
    `${time.getUTCFullYear()}-${two(time.getUTCMonth() + 1)}-${two(time.getUTCDate())}` +
    `T${two(time.getUTCHours())}:${two(time.getUTCMinutes())}:${two(time.getUTCSeconds())}Z`
  )
}

function two(value: number): string {
  return value < 10 ? `0${value}` : `${value}`
}

function zoneMinutes(zone: Text): number {
  if (zone === undefined) return 0
  const numeric = /^([+-])(\d\d):?(\d\d)$/.exec(zone)
  if (numeric === null) return ZONES.get(zone.toUpperCase()) ?? 0
  const minutes = Number(numeric[2]) * 60 + Number(numeric[3])
  return numeric[1] === '-' ? -minutes : minutes
}
