export const DAY_S = 86_400;
export const HOUR_S = 3_600;
const QUARTER_S = 900;

/**
 * Wall times are seconds too: those that a UTC clock would count if it showed the same digits.
 * Days are whole days of that count, so day × DAY_S is local midnight in wall time.
 */
export interface Zone {
  readonly name: string;
  offsetAt(epoch: number): number;
  toWall(epoch: number): number;
  /** A doubled wall time means its first occurrence; a missing one is read by the offset before it. */
  toEpoch(wall: number): number;
  dayOf(epoch: number): number;
}

export function createZone(name: string): Zone {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: name,
    timeZoneName: 'longOffset',
  });
  const quarters = new Map<number, number>();
  const days = new Map<number, number | undefined>();
  const offsetOfQuarter = (quarter: number): number => {
    const offset = quarters.get(quarter) ?? readOffset(format, quarter * QUARTER_S);
    quarters.set(quarter, offset);
    return offset;
  };
  /** Of the whole UTC day, where it has one; asking the runtime is slow. */
  const offsetOfDay = (day: number): number | undefined => {
    if (!days.has(day)) {
      const first = offsetOfQuarter((day * DAY_S) / QUARTER_S);
      const next = offsetOfQuarter(((day + 1) * DAY_S) / QUARTER_S);
      days.set(day, first === next ? first : undefined);
    }
    return days.get(day);
  };
  // Offsets change on full quarters of an hour at the finest, and not twice within a day.
  const offsetAt = (epoch: number): number =>
    offsetOfDay(Math.floor(epoch / DAY_S)) ?? offsetOfQuarter(Math.floor(epoch / QUARTER_S));
  const toWall = (epoch: number): number => epoch + offsetAt(epoch);
  return {
    name,
    offsetAt,
    toWall,
    toEpoch: (wall) => {
      const before = wall - offsetAt(wall - DAY_S);
      return toWall(before) === wall ? before : wall - offsetAt(before);
    },
    dayOf: (epoch) => Math.floor(toWall(epoch) / DAY_S),
  };
}

function readOffset(format: Intl.DateTimeFormat, epoch: number): number {
  const part = format.formatToParts(epoch * 1000).find(({ type }) => type === 'timeZoneName');
  const match = /^GMT(?:([+-])(\d{2}):(\d{2}))?$/.exec(part?.value ?? '');
  if (match === null) {
    throw new Error('the zone database gave an unknown offset');
  }
  const [, sign, hours = '0', minutes = '0'] = match;
  const size = Number(hours) * HOUR_S + Number(minutes) * 60;
  return sign === '-' ? -size : size;
}

export function compactDate(day: number): string {
  return isoDate(day).replaceAll('-', '');
}

export function isoDate(day: number): string {
  return new Date(day * DAY_S * 1000).toISOString().slice(0, 10);
}
