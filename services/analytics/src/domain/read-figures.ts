import type { Basis } from '@tokometrics/contracts';
import { addDays, localHourStart } from '@tokometrics/contracts';
import type { DayFigure, HourFigure } from './bucket-sums.ts';
import { sumDays, sumHours, totalOf } from './bucket-sums.ts';
import { baselinePeriod } from './overview.ts';
import type { BaselinePeriod, Period } from './overview.ts';
import type { Baseline, QueryWindow } from './query-window.ts';
import type { OpenShop } from './shop-access.ts';
import type { Sums } from './sums.ts';

export interface RangesParams {
  readonly shopKey: string;
  readonly epoch: number;
  readonly cutoff: string;
  readonly from: string;
  readonly to: string;
  readonly baseFrom: string;
  readonly baseTo: string;
}

export interface PartHourParams {
  readonly shopKey: string;
  readonly epoch: number;
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
}

/** One scan of a rollup serves both ranges; only an open window costs a second, small one. */
export async function readFigures(
  deps: FigureDeps,
  shop: OpenShop,
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
  const cutting =
    baseline === undefined ? undefined : cutTotal(deps, shop, window, baseline, basis);
  const { now, before, beforeCut } =
    window.grain === 'hour'
      ? byHour(await deps.figuresByHour(params), window, baseline)
      : byDay(await deps.figuresByDay(params), window, baseline);
  const dayOfCut = await cutting;
  return {
    current: {
      date: window.from,
      interval: { fromS: window.fromS, toS: window.toS },
      buckets: window.buckets,
      perBucket: now,
      total: totalOf(now),
    },
    baseline:
      baseline === undefined
        ? undefined
        : baselinePeriod(
            baseline,
            before,
            dayOfCut === undefined ? undefined : totalOf([...beforeCut, ...dayOfCut]),
          ),
  };
}

const scopeOf = (shop: OpenShop, window: QueryWindow) => ({
  shopKey: shop.shopKey,
  epoch: shop.epoch,
  cutoff: window.cutoff,
});

interface Split {
  readonly now: Sums[];
  readonly before: Sums[];
  /** Baseline of the whole days before the day of the cut. */
  readonly beforeCut: Sums[];
}

function byDay(
  figures: readonly DayFigure[],
  window: QueryWindow,
  baseline: Baseline | undefined,
): Split {
  const inBase = figures.filter(
    ({ at }) => baseline !== undefined && at >= baseline.from && at < baseline.to,
  );
  return {
    now: sumDays(
      window.buckets,
      window.to,
      figures.filter(({ at }) => at >= window.from && at < window.to),
    ),
    before: baseline === undefined ? [] : sumDays(baseline.buckets, baseline.to, inBase),
    beforeCut: inBase.filter(({ at }) => at < (baseline?.cutDay ?? '')).map(({ sums }) => sums),
  };
}

function byHour(
  figures: readonly HourFigure[],
  window: QueryWindow,
  baseline: Baseline | undefined,
): Split {
  const within = (fromS: number, toS: number) =>
    figures.filter(({ at }) => at >= fromS && at < toS);
  const inBase = baseline === undefined ? [] : within(baseline.fromS, baseline.toS);
  const cutDayS = baseline?.cutDayS ?? Number.NEGATIVE_INFINITY;
  return {
    now: sumHours(window.buckets, within(window.fromS, window.toS)),
    before: baseline === undefined ? [] : sumHours(baseline.buckets, inBase),
    beforeCut: inBase.filter(({ at }) => at < cutDayS).map(({ sums }) => sums),
  };
}

/** The day of the cut up to the cut: its whole hours from the rollup, the last one from base rows. */
async function cutTotal(
  deps: FigureDeps,
  shop: OpenShop,
  window: QueryWindow,
  { cutDay, cutS }: Baseline,
  basis: Basis,
): Promise<Sums[] | undefined> {
  if (cutDay === undefined) {
    return undefined;
  }
  const scope = scopeOf(shop, window);
  const day = { from: cutDay, to: addDays(cutDay, 1) };
  const hour = localHourStart(window.zone, cutS);
  const [hours, part] = await Promise.all([
    deps.figuresByHour({ ...scope, ...day, baseFrom: cutDay, baseTo: cutDay }),
    cutS === hour
      ? []
      : deps.figuresOfPartHour({
          ...scope,
          ...day,
          hourFrom: hour,
          hourTo: hour + 1,
          bySale: basis === 'order' ? 1 : 0,
          cut: cutS,
        }),
  ]);
  return [...hours.filter(({ at }) => at < hour), ...part].map(({ sums }) => sums);
}
