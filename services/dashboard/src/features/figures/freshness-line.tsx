import type { OverviewReply } from '@tokometrics/contracts';
import { useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { formatClock, formatInstant } from '../../ui/format.ts';
import { Icon } from '../../ui/icon.tsx';

type Freshness = OverviewReply['meta']['freshness'];

export interface Oldest {
  readonly at: string | null;
  readonly isStale: boolean;
}

/** The page is as old as the oldest thing that feeds it. */
export function oldestOf(freshness: Freshness): Oldest {
  const times = freshness.map(({ completeThrough }) => completeThrough);
  const known = times.filter((time) => time !== null).sort();
  return {
    at: times.includes(null) ? null : (known[0] ?? null),
    isStale: freshness.some(({ stale }) => stale),
  };
}

interface FreshnessLineProps {
  readonly freshness: Freshness;
  readonly isLoading: boolean;
  readonly isMissing: boolean;
  readonly timezone: string;
  readonly onRefresh: () => Promise<unknown>;
}

export function FreshnessLine(props: FreshnessLineProps) {
  const { freshness, timezone, onRefresh } = props;
  const [said, setSaid] = useState('');
  const [isBusy, setBusy] = useState(false);
  const { at, isStale } = oldestOf(freshness);
  const refresh = async () => {
    setBusy(true);
    setSaid('');
    await onRefresh();
    setBusy(false);
    setSaid('Read again just now');
  };
  return (
    <div className="flex items-center gap-2 text-[0.82rem] text-soft">
      <span aria-hidden="true" className={`inline-block size-2.5 rounded-full ${dotOf(props)}`} />
      <span>
        {at === null ? (
          'Still being read for the first time'
        ) : (
          <>
            {props.isLoading || props.isMissing ? 'Changes read through ' : 'Complete through '}
            <time dateTime={at}>{shortTime(at, timezone)}</time>
            {props.isLoading ? ', history still loading' : ''}
            {props.isMissing ? ', records missing' : ''}
            {isStale ? ', not fresh' : ''}
          </>
        )}
      </span>
      <Button
        tone="quiet"
        size="icon"
        aria-label="Refresh"
        title={said === '' ? 'Refresh' : said}
        disabled={isBusy}
        onClick={() => void refresh()}
      >
        <Icon name="refresh" size={16} />
      </Button>
      <span role="status" className="sr-only">
        {said}
      </span>
    </div>
  );
}

function dotOf(props: Omit<FreshnessLineProps, 'onRefresh'>): string {
  const { at, isStale } = oldestOf(props.freshness);
  if (at === null || props.isLoading) {
    return 'border-2 border-edge';
  }
  return isStale || props.isMissing ? 'bg-older' : 'bg-good';
}

function shortTime(at: string, timezone: string): string {
  const isToday =
    formatInstant(at, timezone).slice(0, 11) ===
    formatInstant(new Date().toISOString(), timezone).slice(0, 11);
  return isToday ? formatClock(at, timezone) : formatInstant(at, timezone);
}
