import { addDays, firstKeptDay, localDate } from '@tokometrics/contracts';
import { useState } from 'react';
import { usage } from '../usage/usage.ts';
import { Button } from '../../ui/button.tsx';
import type { OverviewSearch } from './search.ts';

type Dates = Pick<OverviewSearch, 'range' | 'from' | 'to' | 'grain'>;

interface CustomRangeProps {
  readonly filters: Pick<OverviewSearch, 'from' | 'to'>;
  /** The shop's local day. */
  readonly today: string;
  readonly onChange: (change: Dates) => void;
}

/** People name the last day; the address holds the day after it. */
export function datesFrom(first: string, last: string): { from: string; to: string } | string {
  if (!localDate.safeParse(first).success || !localDate.safeParse(last).success) {
    return 'Enter both dates.';
  }
  return first > last ? 'The first day is after the last.' : { from: first, to: addDays(last, 1) };
}

export function CustomRange({ filters, today, onChange }: CustomRangeProps) {
  const [first, setFirst] = useState(filters.from ?? '');
  const [last, setLast] = useState(filters.to === undefined ? '' : addDays(filters.to, -1));
  const [error, setError] = useState<string>();
  const limits = { min: firstKeptDay(today), max: today };
  const apply = () => {
    const dates = datesFrom(first, last);
    if (typeof dates === 'string') {
      setError(dates);
      return;
    }
    setError(undefined);
    usage.use('custom_range');
    onChange({ ...dates, range: undefined, grain: undefined });
  };
  return (
    <form
      noValidate
      className="flex flex-wrap items-end gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        apply();
      }}
    >
      <label className="flex flex-col gap-0.5">
        <span className="label">First day</span>
        <input
          type="date"
          className="field field-small"
          value={first}
          {...limits}
          onChange={({ target }) => setFirst(target.value)}
        />
      </label>
      <label className="flex flex-col gap-0.5">
        <span className="label">Last day</span>
        <input
          type="date"
          className="field field-small"
          value={last}
          {...limits}
          onChange={({ target }) => setLast(target.value)}
        />
      </label>
      <Button type="submit" size="small">
        Apply
      </Button>
      {error === undefined ? null : (
        <p role="alert" className="text-[0.85rem] text-bad">
          {error}
        </p>
      )}
    </form>
  );
}
