import type { MetricId, OverviewReply } from '@tokometrics/contracts';
import { DICTIONARY } from '@tokometrics/contracts';
import { comparedText, lineOf, summarise, totalText } from '../../charts/chart-model.ts';
import { MAX_BARS } from '../../charts/geometry.ts';
import { SeriesChart } from '../../charts/series-chart.tsx';
import { formatRange, formatTick } from '../../ui/format.ts';

interface MainChartProps {
  readonly reply: Pick<OverviewReply, 'meta' | 'main'>;
  readonly isBusy: boolean;
  readonly onRows: (metric: MetricId, at: string) => void;
}

export function MainChart({ reply, isBusy, onRows }: MainChartProps) {
  const { meta, main } = reply;
  const { current, baseline } = main;
  const range = formatRange(meta.window.from, meta.window.to);
  const before = meta.compare === null ? '' : formatRange(meta.compare.from, meta.compare.to);
  const line = lineOf(current, { name: range, tone: 'current', grain: meta.grain });
  const behind =
    baseline === null
      ? []
      : [lineOf(baseline, { name: before, tone: 'baseline', grain: meta.grain })];
  const { name } = DICTIONARY[current.metric];
  const isBars = meta.grain !== 'hour' && line.points.length <= MAX_BARS;
  return (
    <section className="sheet overflow-hidden pb-2">
      <SeriesChart
        title={name}
        summary={summarise({
          title: name,
          total: totalText(current),
          line,
          baseline: baseline === null ? undefined : { name: before, total: comparedText(baseline) },
        })}
        lines={[line, ...behind]}
        kind={isBars ? 'bars' : 'line'}
        formatTick={(value) => formatTick(value, current)}
        onOpen={(point) => onRows(current.metric, point.from)}
        isBusy={isBusy}
      />
    </section>
  );
}
