import type { MetricValue } from '@tokometrics/contracts';
import { formatCompact, formatFigure, formatMissing, nullText } from '../../ui/format.ts';

interface FigureProps {
  readonly value: Pick<MetricValue, 'value' | 'reason' | 'currency' | 'unit'>;
  /** Short from ten thousand on; the whole figure stands in the title. */
  readonly isCompact?: boolean;
}

/** A number as everyone reads it, with the exact text of the API for programs that read the page. */
export function Figure({ value, isCompact = false }: FigureProps) {
  if (value.value === null) {
    return (
      <span title={nullText(value.reason)}>
        {formatMissing(value.reason)}
        <span className="sr-only"> ({nullText(value.reason)})</span>
      </span>
    );
  }
  const whole = formatFigure(value.value, value);
  const shown = isCompact ? formatCompact(value.value, value) : whole;
  return (
    <data value={value.value} title={whole}>
      {shown}
    </data>
  );
}
