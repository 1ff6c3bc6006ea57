import type { OverviewReply } from '@tokometrics/contracts';
import { daysBetween } from '@tokometrics/contracts';
import { formatRange } from '../../ui/format.ts';

type Delta = OverviewReply['tiles'][number]['delta'];

/** What a figure is compared with; a month beside a shorter one says so, since it sells on more days. */
export function againstText(
  { window, compare }: Pick<OverviewReply['meta'], 'window' | 'compare'>,
  { lengthMismatch }: Pick<Delta, 'lengthMismatch'>,
): string {
  if (compare === null) {
    return '';
  }
  const against = `vs ${formatRange(compare.from, compare.to)}`;
  const [now, before] = [window, compare].map(({ from, to }) => daysBetween(from, to));
  return lengthMismatch
    ? `${against}, ${String(now)} ${now === 1 ? 'day' : 'days'} against ${String(before)}`
    : against;
}
