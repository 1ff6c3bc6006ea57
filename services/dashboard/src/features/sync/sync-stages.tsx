import type { Shop, SyncStatus } from '@tokometrics/contracts';
import { stageErrorText } from '../../api/problem-text.ts';
import { formatCount, formatInstant, formatSeconds, formatWord } from '../../ui/format.ts';
import { standingOf, useFreshness } from './standing.ts';
import type { Stage, Standing } from './standing.ts';

export const isSyncing = ({ stages }: Pick<SyncStatus, 'stages'>): boolean =>
  stages.some(({ state }) => state === 'running' || state === 'waiting');

/** Analytics does not answer. */
export const UNANSWERED =
  'Whether everything that was read is in the figures cannot be told at the moment.';

const NAMES = {
  order: 'Orders',
  product: 'Products',
  statement: 'Statements',
  transaction: 'Transactions',
  payment: 'Payments',
  inventory: 'Stock',
  unsettled: 'Not settled yet',
} as const;

/** Done of total, rate and time left: only what is known is said. */
export function progressText({ progress }: Pick<Stage, 'progress'>, standing: Standing): string {
  const { done, total, unit, ratePerMinute, etaSeconds } = progress;
  switch (standing.kind) {
    case 'unknown':
      return `${formatCount(done)} ${unit} read`;
    case 'counting':
      return `${formatCount(done)} ${unit} read, being counted`;
    case 'complete':
      return `${formatCount(done)} ${unit}, complete${butFor(standing.unread)}`;
    case 'reading':
      break;
  }
  const amount =
    total === null
      ? `${formatCount(done)} ${unit}`
      : `${formatCount(done)} of ${formatCount(total)} ${unit}`;
  const rate = ratePerMinute === null ? '' : ` · ${formatCount(ratePerMinute)} a minute`;
  const eta = etaSeconds === null ? '' : ` · about ${formatSeconds(etaSeconds)} left`;
  return `${amount}${rate}${eta}`;
}

function butFor(unread: number): string {
  const records = unread === 1 ? 'record' : 'records';
  return unread === 0 ? '' : ` but for ${formatCount(unread)} ${records} that could not be read`;
}

interface SyncStagesProps {
  readonly shop: Pick<Shop, 'shopKey' | 'epoch' | 'timezone'>;
  readonly stages: readonly Stage[];
}

/** How far each kind of data has been read, newest first, and whether all of it is counted. */
export function SyncStages({ shop, stages }: SyncStagesProps) {
  const { freshness, isUnanswered } = useFreshness(shop, stages);
  return (
    <>
      <ul className="flex flex-col divide-y divide-rule">
        {stages.map((stage) => (
          <li key={stage.resource} className="flex flex-col gap-1.5 py-3">
            <div className="flex flex-wrap items-baseline justify-between gap-x-4">
              <span className="font-medium">{NAMES[stage.resource]}</span>
              <span className="text-[0.87rem] text-soft">
                {stage.state === 'waiting'
                  ? 'Waiting for its turn'
                  : progressText(stage, standingOf(stage, freshness))}
                {stage.state === 'paused' || stage.state === 'failed'
                  ? ` · ${formatWord(stage.state)}`
                  : ''}
              </span>
            </div>
            <Bar stage={stage} />
            {stage.oldestLoaded === null || stage.state === 'done' ? null : (
              <p className="text-[0.82rem] text-soft">
                Newest first; read back to {formatInstant(stage.oldestLoaded, shop.timezone)}
              </p>
            )}
            {stage.error === null ? null : (
              <p className="text-[0.85rem] text-warn">{stageErrorText(stage.error)}</p>
            )}
          </li>
        ))}
      </ul>
      {isUnanswered ? <p className="text-[0.85rem] text-warn">{UNANSWERED}</p> : null}
    </>
  );
}

function Bar({ stage }: { readonly stage: Stage }) {
  const { done, total } = stage.progress;
  const share =
    stage.state === 'done' ? 100 : total === null || total === 0 ? undefined : (done / total) * 100;
  return (
    <div
      role="progressbar"
      aria-label={`${NAMES[stage.resource]} read`}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={share === undefined ? undefined : Math.min(100, Math.round(share))}
    >
      <svg width="100%" height="6" aria-hidden="true" className="block">
        <rect width="100%" height="6" rx="1" className="fill-well" />
        <rect
          width={`${Math.min(100, share ?? (stage.state === 'running' ? 12 : 0))}%`}
          height="6"
          rx="1"
          className={stage.state === 'failed' ? 'fill-bad' : 'fill-series'}
        />
      </svg>
    </div>
  );
}
