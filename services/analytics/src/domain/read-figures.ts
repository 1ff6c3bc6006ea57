import type { Basis } from '@tokometrics/contracts';
import { addDays, localHourStart } from '@tokometrics/contracts';
import type { DayFigure, HourFigure, Stored } from './bucket-sums.ts';
import { storedOf, sumDays, sumHours, totalOf } from './bucket-sums.ts';
import { baselinePeriod } from './overview.ts';
import type { BaselinePeriod, Period } from './overview.ts';
import type { Baseline, QueryWindow } from './query-window.ts';
import type { KnownShop } from './shop-access.ts';
import type { Sums } from './sums.ts';

interface RangesParams {
  readonly shopKey: string;
  readonly epoch: number;
  readonly revision: number;
  readonly cutoff: string;
  readonly from: string;
  readonly to: string;
  readonly baseFrom: string;
  readonly baseTo: string;
}

interface PartHourParams extends Stored {
  readonly shopKey: string;
  readonly epoch: number;
  readonly revision: number;
  readonly cutoff: string;
  readonly from: string;
  readonly to: string;
  readonly hourFrom: number;
  readonly hourTo: number;
  readonly bySale: 0 | 1;
  readonly cut: number;
}

export interface FigureDeps {
  readonly figuresByDay: (params: RangesParams) => Promise<readonly DayFigure[]>;
  readonly figuresByHour: (params: RangesParams) => Promise<readonly HourFigure[]>;
  readonly figuresOfPartHour: (params: PartHourParams) => Promise<readonly { sums: Sums }[]>;
}

export interface Figures {
  readonly current: Period;
  readonly baseline: BaselinePeriod | undefined;
  /** Where the rows of the current range are stored; undefined: there are none. */
  readonly stored: Stored | undefined;
}

/** One scan of a rollup serves both ranges; only an open window costs a second, small one. */
export async function readFigures(
  deps: FigureDeps,
  shop: KnownShop,
  window: QueryWindow,
  baseline: Baseline | undefined,
  basis: Basis,
): Promise<Figures> {
  const params: RangesParams = {
    ...scopeOf(shop, window),
    from: window.from,
    to: window.to,
    baseFrom: baseline?.from ?? window.from,
    baseTo: baseline?.to ?? window.from,
  };
  const split =
    window.grain === 'hour'
      ? byHour(await deps.figuresByHour(params), window, baseline)
      : byDay(await deps.figuresByDay(params), window, baseline);
  const cut =
    baseline?.cutDay === undefined
      ? undefined
      : await upToCut(deps, { shop, window, baseline, basis }, split);
  return {
    stored: split.stored,
    current: {
      date: window.from,
      interval: { fromS: window.fromS, toS: window.toS },
      buckets: window.buckets,
      perBucket: split.now,
      total: totalOf(split.now),
    },
    baseline: baseline === undefined ? undefined : baselinePeriod(baseline, split.before, cut),
  };
}

const scopeOf = (shop: KnownShop, window: QueryWindow) => ({
  shopKey: shop.shopKey,
  epoch: shop.epoch,
  revision: shop.revision,
  cutoff: window.cutoff,
});

interface Split {
  readonly now: Sums[];
  readonly before: Sums[];
  readonly stored: Stored | undefined;
  /** Baseline of the whole days before the day of the cut. */
  readonly beforeCut: Sums[];
  /** Hours of the day of the cut; undefined where days were read. */
  readonly hoursOfCut: readonly HourFigure[] | undefined;
}

function byDay(
  figures: readonly DayFigure[],
  window: QueryWindow,
  baseline: Baseline | undefined,
): Split {
  const current = figures.filter(({ at }) => at >= window.from && at < window.to);
  const inBase = figures.filter(
    ({ at }) => baseline !== undefined && at >= baseline.from && at < baseline.to,
  );
  return {
    now: sumDays(window.buckets, window.to, current),
    before: baseline === undefined ? [] : sumDays(baseline.buckets, baseline.to, inBase),
    stored: storedOf(current),
    beforeCut: inBase.filter(({ at }) => at < (baseline?.cutDay ?? '')).map(({ sums }) => sums),
    hoursOfCut: undefined,
  };
}

function byHour(
  figures: readonly HourFigure[],
  window: QueryWindow,
  baseline: Baseline | undefined,
): Split {
  const within = (fromS: number, toS: number) =>
    figures.filter(({ at }) => at >= fromS && at < toS);
  const current = within(window.fromS, window.toS);
  const inBase = baseline === undefined ? [] : within(baseline.fromS, baseline.toS);
  const cutDayS = baseline?.cutDayS ?? Number.NEGATIVE_INFINITY;
  return {
    now: sumHours(window.buckets, current),
    before: baseline === undefined ? [] : sumHours(baseline.buckets, inBase),
    stored: storedOf(current),
    beforeCut: inBase.filter(({ at }) => at < cutDayS).map(({ sums }) => sums),
    hoursOfCut: inBase.filter(({ at }) => at >= cutDayS),
  };
}

interface Cutting {
  readonly shop: KnownShop;
  readonly window: QueryWindow;
  readonly baseline: Baseline;
  readonly basis: Basis;
}

/** The day of the cut up to the cut: its whole hours from the rollup, the last one from base rows. */
async function upToCut(
  deps: FigureDeps,
  { shop, window, baseline, basis }: Cutting,
  split: Split,
): Promise<Sums> {
  const { cutS, cutDay = baseline.from } = baseline;
  const scope = scopeOf(shop, window);
  const day = { from: cutDay, to: addDays(cutDay, 1) };
  const hours =
    split.hoursOfCut ??
    (await deps.figuresByHour({ ...scope, ...day, baseFrom: cutDay, baseTo: cutDay }));
  const hour = localHourStart(window.zone, cutS);
  // Nothing in that hour: then there is nothing before the cut in it either.
  const stored = cutS === hour ? undefined : storedOf(hours.filter(({ at }) => at === hour));
  const part =
    stored === undefined
      ? []
      : await deps.figuresOfPartHour({
          ...scope,
          ...day,
          ...stored,
          hourFrom: hour,
          hourTo: hour + 1,
          bySale: basis === 'order' ? 1 : 0,
          cut: cutS,
        });
  const whole = hours.filter(({ at }) => at < hour);
  return totalOf([...split.beforeCut, ...[...whole, ...part].map(({ sums }) => sums)]);
}
