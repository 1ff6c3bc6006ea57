import { RANGES } from '@tokometrics/contracts';
import type { Granularity } from '@tokometrics/contracts';
import { useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { formatRange } from '../../ui/format.ts';
import { Icon } from '../../ui/icon.tsx';
import { CustomRange } from './custom-range.tsx';
import type { OverviewSearch } from './search.ts';
import { grainsOf, RANGE_TEXT, rangeOf } from './search.ts';

type Filters = Pick<OverviewSearch, 'range' | 'from' | 'to' | 'grain' | 'basis' | 'compare'>;

interface FilterBarProps {
  /** A product has no figures by hour, and is compared with nothing. */
  readonly of?: 'shop' | 'product';
  readonly filters: Filters;
  readonly grain: Granularity | undefined;
  readonly today: string;
  readonly onChange: (change: Filters) => void;
}

const GRAIN_TEXT = { hour: 'by hour', day: 'by day', week: 'by week', month: 'by month' } as const;
const COMPARE_TEXT = {
  previous_period: 'against the period before',
  previous_year: 'against the year before',
  none: 'without comparison',
} as const;
const BASIS_TEXT = {
  activity: 'each event on its day',
  order: 'all on the day of the sale',
} as const;

/** One bar governs every figure of the page. On a phone it is a button that opens it as a sheet. */
export function FilterBar(props: FilterBarProps) {
  const [isOpen, setOpen] = useState(false);
  const { range, from, to } = rangeOf(props.filters);
  const rangeText = range === undefined ? formatRange(from, to) : RANGE_TEXT[range];
  return (
    <>
      <div className="hidden md:block">
        <Controls {...props} />
      </div>
      <Button size="small" className="md:!hidden" onClick={() => setOpen(true)}>
        <Icon name="filter" size={16} />
        {rangeText}
      </Button>
      {isOpen ? (
        <Dialog title="Range and comparison" onClose={() => setOpen(false)}>
          <Controls {...props} />
          <Button tone="solid" className="mt-6 w-full" onClick={() => setOpen(false)}>
            Show
          </Button>
        </Dialog>
      ) : null}
    </>
  );
}

function Controls({ of = 'shop', filters, grain, today, onChange }: FilterBarProps) {
  const { range } = rangeOf(filters);
  const grains = grainsOf(filters).filter((name) => of === 'shop' || name !== 'hour');
  const [isCustom, setCustom] = useState(range === undefined);
  return (
    <div className="flex flex-wrap items-end gap-x-3 gap-y-3">
      <Choice
        label="Range"
        value={isCustom ? 'custom' : (range ?? 'custom')}
        options={[
          ...RANGES.map((name) => [name, RANGE_TEXT[name]] as const),
          ['custom', 'Choose dates…'],
        ]}
        onChange={(value) => {
          setCustom(value === 'custom');
          const named = RANGES.find((name) => name === value);
          if (named !== undefined) {
            onChange({
              range: named === '28d' ? undefined : named,
              from: undefined,
              to: undefined,
              grain: undefined,
            });
          }
        }}
      />
      {isCustom ? <CustomRange filters={filters} today={today} onChange={onChange} /> : null}
      <Choice
        label="Interval"
        value={filters.grain ?? grain ?? 'day'}
        options={grains.map((name) => [name, GRAIN_TEXT[name]])}
        onChange={(value) => onChange({ grain: grains.find((name) => name === value) })}
      />
      {of === 'product' ? null : (
        <Choice
          label="Compare"
          value={filters.compare ?? 'previous_period'}
          options={Object.entries(COMPARE_TEXT)}
          onChange={(value) =>
            onChange({ compare: value === 'previous_year' || value === 'none' ? value : undefined })
          }
        />
      )}
      <Choice
        label="Basis"
        value={filters.basis ?? 'activity'}
        options={Object.entries(BASIS_TEXT)}
        onChange={(value) => onChange({ basis: value === 'order' ? 'order' : undefined })}
      />
    </div>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly (readonly [string, string])[];
  readonly onChange: (value: string) => void;
}

export function Choice({ label, value, options, onChange }: ChoiceProps) {
  return (
    <label className="flex flex-col gap-0.5 max-md:w-full">
      <span className="label">{label}</span>
      <select
        className="field field-small max-md:!w-full"
        value={value}
        onChange={({ target }) => onChange(target.value)}
      >
        {options.map(([name, text]) => (
          <option key={name} value={name}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
