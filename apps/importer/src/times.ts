/** Named zones in minutes east of Greenwich: American ones of RFC 822, and those of German systems. */
const zones: readonly (readonly [number, string])[] = [
  [0, 'z ut utc gmt wet wez'],
  [60, 'cet mez bst west wesz'],
  [120, 'cest mest mesz eet oez'],
  [180, 'eest oesz msk'],
  [-240, 'edt'],
  [-300, 'est cdt'],
  [-360, 'cst mdt'],
  [-420, 'mst pdt'],
  [-480, 'pst'],
];

/** Earlier years, as in 0001-01-01, stand for an unknown date. */
const EARLIEST_YEAR = 1_000;

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const german: Readonly<Record<string, string>> = {
  jän: 'jan',
  mär: 'mar',
  mrz: 'mar',
  mai: 'may',
  okt: 'oct',
  dez: 'dec',
};

const CLOCK = String.raw`(?<hour>\d{1,2}):(?<minute>\d{2})(?::(?<second>\d{2})(?:[.,]\d+)?)?(?:\s*Uhr)?`;
const ZONE = String.raw`(?:\s*(?<zone>[a-z]{1,5}|[+-]\d{2}:?\d{2})\.?(?:\s*\([^()]*\))?)?`;
const forms = [
  // RFC 3339, ISO 8601, SQL: 2020-01-31T08:00:00+01:00
  new RegExp(`^(?<year>\\d{4})-(?<month>\\d{1,2})-(?<day>\\d{1,2})(?:[t\\s]+${CLOCK}${ZONE})?$`, 'i'),
  // RFC 822, with German names too: Fr, 31 Jan 2020 08:00:00 MEZ
  new RegExp(
    `^(?:[a-z]+\\.?,?\\s+)?(?<day>\\d{1,2})\\.?[\\s-]+(?<name>[a-zä]{3,9})\\.?[\\s-]+(?<year>\\d{2}|\\d{4})(?:[,\\s-]+${CLOCK}${ZONE})?$`,
    'i',
  ),
  // 31.01.2020, 08:00
  new RegExp(
    `^(?:[a-z]+\\.?,?\\s+)?(?<day>\\d{1,2})\\.\\s*(?<month>\\d{1,2})\\.\\s*(?<year>\\d{4})(?:[,\\s-]+${CLOCK}${ZONE})?$`,
    'i',
  ),
];

export interface SourceTime {
  readonly at: Date;
  /** Whether the source has a zone; without one the time is UTC. */
  readonly hasZone: boolean;
}

/**
 * Reads a time in one of the known formats. It never guesses: a wrong guess would become the date of an article.
 * @returns undefined for other formats and for days that do not exist.
 */
export function timeOf(text: string): SourceTime | undefined {
  // Longer than any time; bounds the work of the patterns.
  const given = text.trim().normalize('NFC').slice(0, 80);
  const found = forms.map((form) => form.exec(given)?.groups).find((groups) => groups !== undefined);
  if (!found) return undefined;
  const { day, hour = 0, minute = 0, second = 0, zone } = found;
  const offset = zone ? offsetOf(zone) : 0;
  const month = found['name'] ? monthOf(found['name']) : Number(found['month']) - 1;
  if (offset === undefined || month < 0) return undefined;
  const at = new Date(0);
  at.setUTCFullYear(fullYear(found['year']!), month, Number(day));
  const isSuchADay =
    at.getUTCFullYear() >= EARLIEST_YEAR && at.getUTCMonth() === month && at.getUTCDate() === Number(day);
  at.setUTCHours(Number(hour), Number(minute) - offset, Math.min(Number(second), 59));
  if (!isSuchADay || Number(hour) > 24 || Number(minute) > 59) return undefined;
  return { at, hasZone: zone !== undefined };
}

function offsetOf(zone: string): number | undefined {
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})$/.exec(zone) ?? [];
  if (!sign) return zones.find(([, names]) => names.split(' ').includes(zone.toLowerCase()))?.[0];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

function monthOf(name: string): number {
  const start = name.toLowerCase().slice(0, 3);
  return months.indexOf(german[start] ?? start);
}

/** Two-digit years of RFC 822, by the rules of RFC 2822 (4.3). */
const fullYear = (text: string): number =>
  Number(text) + (text.length > 2 ? 0 : Number(text) < 50 ? 2_000 : 1_900);
