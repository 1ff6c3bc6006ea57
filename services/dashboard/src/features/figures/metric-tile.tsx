import type { MetricId, MetricValue, OverviewReply } from '@tokometrics/contracts';
import { DICTIONARY } from '@tokometrics/contracts';
import { useState } from 'react';
import { SparkBars } from '../../charts/spark-bars.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { DeltaChip } from './delta-chip.tsx';
import { Figure } from './figure.tsx';
import { MetricInfo } from './metric-info.tsx';
import { StateBadge } from './state-badge.tsx';

interface MetricTileProps {
  readonly value: MetricValue;
  /** Left out where nothing is compared. */
  readonly delta: OverviewReply['tiles'][number]['delta'] | undefined;
  readonly spark?: readonly (string | null)[];
  /** Names of the spark's buckets, where they are known. */
  readonly sparkLabels?: readonly string[];
  readonly caption: string;
  readonly isChosen: boolean;
  readonly onChoose: (metric: MetricId) => void;
  readonly onRows: (metric: MetricId) => void;
}

export function MetricTile(props: MetricTileProps) {
  const { value, delta, spark, sparkLabels = [], caption, isChosen, onChoose, onRows } = props;
  const [active, setActive] = useState<number>();
  const under = active === undefined ? undefined : spark?.[active];
  const shown = under === undefined ? value : { ...value, value: under };
  return (
    <li
      data-metric={value.metric}
      className={`relative flex min-w-0 flex-col gap-1 bg-sheet px-3 pb-3 pt-2.5 md:px-4 ${isChosen ? 'shadow-[inset_0_3px_0_var(--accent)]' : ''}`}
    >
      <TileHead metric={value.metric} isChosen={isChosen} onChoose={onChoose} onRows={onRows} />
      <p className="flex flex-wrap items-center justify-between gap-x-2 gap-y-0.5">
        <span className="whitespace-nowrap text-[1.4rem] font-semibold leading-tight tracking-[-0.01em] md:text-[1.6rem]">
          <Figure value={shown} isCompact />
        </span>
        {active === undefined ? <StateBadge value={value} /> : null}
      </p>
      <div className="flex min-h-6 flex-wrap items-center gap-x-2 gap-y-1 text-[0.8rem] text-soft">
        {active === undefined ? (
          <Against delta={delta} caption={caption} />
        ) : (
          <span>{sparkLabels[active]}</span>
        )}
      </div>
      {spark === undefined ? null : (
        <div className="relative z-10 mt-auto pt-2">
          <SparkBars values={spark} active={active} onActive={setActive} />
        </div>
      )}
    </li>
  );
}

function Against({ delta, caption }: Pick<MetricTileProps, 'delta' | 'caption'>) {
  return (
    <>
      {delta === undefined ? null : <DeltaChip delta={delta} />}
      <span>{caption}</span>
    </>
  );
}

type TileHeadProps = Pick<MetricTileProps, 'isChosen' | 'onChoose' | 'onRows'> & {
  readonly metric: MetricId;
};

function TileHead({ metric, isChosen, onChoose, onRows }: TileHeadProps) {
  const { name } = DICTIONARY[metric];
  return (
    <div className="flex min-h-8 items-center justify-between gap-1">
      <h2 className="label min-w-0 font-sans leading-tight">
        <button
          type="button"
          aria-pressed={isChosen}
          aria-label={`Show ${name} in the chart`}
          className="text-left uppercase after:absolute after:inset-0"
          onClick={() => onChoose(metric)}
        >
          {name}
        </button>
      </h2>
      <span className="-mr-1 flex flex-none">
        <MetricInfo metric={metric} />
        <button
          type="button"
          aria-label={`Rows behind ${name}`}
          title="Rows behind this number"
          className="relative z-10 inline-flex size-7 items-center justify-center rounded-full text-soft hover:bg-well hover:text-ink"
          onClick={() => onRows(metric)}
        >
          <Icon name="rows" size={15} />
        </button>
      </span>
    </div>
  );
}

interface TileGridProps {
  readonly label: string;
  readonly children: React.ReactNode;
}

/** Figures of one sheet: hairlines between them, as in a book. */
export function TileGrid({ label, children }: TileGridProps) {
  return (
    <ul
      aria-label={label}
      className="grid grid-cols-2 gap-px overflow-hidden rounded-[4px] border border-rule bg-rule lg:grid-cols-4"
    >
      {children}
    </ul>
  );
}

interface TilesSkeletonProps {
  readonly hasSpark: boolean;
}

export function TilesSkeleton({ hasSpark }: TilesSkeletonProps) {
  return (
    <div
      role="status"
      aria-label="Loading figures"
      className="grid grid-cols-2 gap-px overflow-hidden rounded-[4px] border border-rule bg-rule lg:grid-cols-4"
    >
      {Array.from({ length: 8 }, (_, tile) => (
        <div key={tile} className={`bg-sheet px-4 py-3 ${hasSpark ? 'h-[10.5rem]' : 'h-[7.2rem]'}`}>
          <Skeleton className="h-4 w-24" />
          <Skeleton className="mt-4 h-7 w-32" />
          <Skeleton className="mt-3 h-4 w-40" />
          {hasSpark ? <Skeleton className="mt-4 h-8 w-full" /> : null}
        </div>
      ))}
    </div>
  );
}
