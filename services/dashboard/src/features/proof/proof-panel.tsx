import type { Basis, MetricId, ProofReply } from '@tokometrics/contracts';
import { DICTIONARY } from '@tokometrics/contracts';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { proofQuery } from '../../api/figures.ts';
import type { QueryValues } from '../../api/client.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { isLoading, isMissing } from '../../ui/figure-state.ts';
import { formatFigure, formatInstant, formatRange, formatZone } from '../../ui/format.ts';
import { ErrorBox } from '../../ui/notice-box.tsx';
import { RowsSkeleton } from '../../ui/skeleton.tsx';
import { Figure } from '../figures/figure.tsx';
import { StateBadge } from '../figures/state-badge.tsx';
import { ProofRows } from './proof-rows.tsx';

export interface ProofPanelProps {
  readonly metric: MetricId;
  /** Shop, range, interval and basis: those of the number that was shown. */
  readonly query: QueryValues;
  readonly at?: string | undefined;
  readonly productId?: string | undefined;
  readonly onClose: () => void;
}

const BASIS_TEXT: Readonly<Record<Basis, string>> = {
  activity: 'activity: each event on its own day',
  order: 'order: everything on the day of the sale',
};

/** The rows behind a number: what it is made of, that it adds up, and every order in it. */
export function ProofPanel({ metric, query, at, productId, onClose }: ProofPanelProps) {
  const [component, setComponent] = useState<'numerator' | 'denominator'>('numerator');
  const isQuotient = metric === 'aov';
  const proof = useInfiniteQuery(
    proofQuery({
      ...query,
      compare: undefined,
      metric,
      at,
      productId,
      component: isQuotient ? component : undefined,
    }),
  );
  const first = proof.data?.pages[0];
  return (
    <Dialog kind="panel" title={`Rows behind ${DICTIONARY[metric].name}`} onClose={onClose}>
      {isQuotient ? <Parts component={component} onChange={setComponent} /> : null}
      {proof.isPending ? <RowsSkeleton rows={10} /> : null}
      {proof.isError ? <ErrorBox error={proof.error} onRetry={() => void proof.refetch()} /> : null}
      {first === undefined ? null : (
        <div className="flex flex-col gap-6">
          <ProofHead proof={first} at={at} />
          <ProofRows
            items={proof.data?.pages.flatMap(({ items }) => items) ?? []}
            rows={first.rows}
            hasMore={proof.hasNextPage}
            isLoading={proof.isFetchingNextPage}
            onMore={() => void proof.fetchNextPage()}
          />
        </div>
      )}
    </Dialog>
  );
}

interface PartsProps {
  readonly component: 'numerator' | 'denominator';
  readonly onChange: (component: 'numerator' | 'denominator') => void;
}

/** An average has no rows of its own: what stands above the line and below it has. */
function Parts({ component, onChange }: PartsProps) {
  return (
    <div role="group" aria-label="Part of the average" className="mb-5 flex gap-2">
      {(['numerator', 'denominator'] as const).map((part) => (
        <button
          key={part}
          type="button"
          aria-pressed={component === part}
          className="min-h-9 rounded-[3px] border border-edge px-3 text-[0.9rem] aria-pressed:border-accent aria-pressed:bg-accent-wash aria-pressed:font-semibold"
          onClick={() => onChange(part)}
        >
          {part === 'numerator' ? 'Above the line: sales' : 'Below the line: orders'}
        </button>
      ))}
    </div>
  );
}

function ProofHead({
  proof,
  at,
}: {
  readonly proof: ProofReply;
  readonly at?: string | undefined;
}) {
  const { value, meta, formula, text, sum, difference, rows } = proof;
  const facts: readonly (readonly [string, string])[] = [
    [
      'Range',
      formatRange(meta.window.from, meta.window.to) +
        (at === undefined ? '' : `, from ${formatInstant(at, meta.timezone)}`),
    ],
    ['Basis', BASIS_TEXT[value.basis]],
    ['Time zone', formatZone(value.timezone)],
    [
      isLoading([value]) || isMissing([value]) ? 'Changes read through' : 'Complete through',
      value.completeThrough === null
        ? 'not yet'
        : formatInstant(value.completeThrough, value.timezone),
    ],
    ['Definition', `version ${value.definitionVersion}`],
  ];
  return (
    <section aria-label="The number" className="flex flex-col gap-4">
      <p className="flex flex-wrap items-baseline gap-3 text-[2rem] font-semibold leading-tight">
        <Figure value={value} />
        <span className="text-[0.9rem] font-normal">
          <StateBadge value={value} />
        </span>
      </p>
      <p className="text-soft">{text}</p>
      <p className="rounded-[3px] bg-well px-3 py-2 font-mono text-[0.82rem]">{formula}</p>
      <dl className="grid grid-cols-[auto_1fr] gap-x-6 gap-y-1 text-[0.87rem]">
        {facts.map(([name, fact]) => (
          <div key={name} className="contents">
            <dt className="text-soft">{name}</dt>
            <dd>{fact}</dd>
          </div>
        ))}
      </dl>
      <Tally sum={sum} difference={difference} rows={rows} value={value} />
    </section>
  );
}

const isZero = (text: string): boolean => /^-?0(\.0+)?$/.test(text);

type TallyProps = Pick<ProofReply, 'sum' | 'difference' | 'rows' | 'value'>;

/** The sum of all rows, not of this page, beside the number. */
function Tally({ sum, difference, rows, value }: TallyProps) {
  if (value.value === null) {
    return null;
  }
  const adds = isZero(difference);
  return (
    <dl
      data-proof={adds ? 'adds-up' : 'differs'}
      className={`grid grid-cols-3 rounded-[3px] border ${adds ? 'border-good bg-good-wash' : 'border-bad bg-bad-wash'} px-4 py-3 text-[0.9rem]`}
    >
      <div>
        <dt className="label">Sum of {rows.toLocaleString('en-GB')} rows</dt>
        <dd className="font-semibold">
          <data value={sum}>{formatFigure(sum, value)}</data>
        </dd>
      </div>
      <div>
        <dt className="label">The number</dt>
        <dd className="font-semibold">{formatFigure(value.value, value)}</dd>
      </div>
      <div>
        <dt className="label">Difference</dt>
        <dd className={`font-semibold ${adds ? 'text-good' : 'text-bad'}`}>
          <data value={difference}>{formatFigure(difference, value)}</data>
          {adds ? ' ✓ adds up' : ' does not add up'}
        </dd>
      </div>
    </dl>
  );
}
