import type { OverviewReply } from '@tokometrics/contracts';
import { DASH, formatFigure, formatMissing, formatShare, nullText } from '../../ui/format.ts';

type Delta = OverviewReply['tiles'][number]['delta'];

const ARROWS = { up: '▲', down: '▼', flat: '■' } as const;
const WORDS = { good: 'better', bad: 'worse', neutral: 'same' } as const;
const TONES = {
  good: 'bg-good-wash text-good',
  bad: 'bg-bad-wash text-bad',
  neutral: 'bg-well text-soft',
} as const;

const unsigned = (text: string): string => text.replace(/^-/, '');

const noneText = ({ value, reason }: Delta['baseline']): string =>
  value === null ? formatMissing(reason) : DASH;

/** Size of the change; its direction is the arrow's to say, its meaning the word's. */
function deltaText({ kind, value, baseline }: Delta): string {
  switch (kind) {
    case 'percent':
      return formatShare(unsigned(value ?? '0'));
    case 'points':
      return `${formatShare(unsigned(value ?? '0'))
        .replace('%', '')
        .trim()} points`;
    case 'absolute':
      return formatFigure(unsigned(value ?? '0'), baseline);
    case 'new':
      return 'new';
    case 'no_change':
      return 'no change';
    case 'none':
      return noneText(baseline);
  }
}

/** Why there is nothing to compare with; undefined where there is. */
function deltaReason({ kind, baseline }: Delta): string | undefined {
  if (kind !== 'none') {
    return undefined;
  }
  return baseline.value === null ? nullText(baseline.reason) : 'There is no figure to compare';
}

export function DeltaChip({ delta }: { readonly delta: Delta }) {
  const text = deltaText(delta);
  const isMoved = delta.kind !== 'none' && delta.kind !== 'no_change';
  return (
    <span
      title={deltaReason(delta)}
      className={`inline-flex items-center gap-1 rounded-[3px] px-1.5 py-px text-[0.8rem] font-semibold ${TONES[delta.judgement]}`}
    >
      {isMoved ? <span aria-hidden="true">{ARROWS[delta.direction]}</span> : null}
      {isMoved ? <span className="sr-only">{delta.direction} </span> : null}
      {text}
      {isMoved && delta.judgement !== 'neutral' ? ` ${WORDS[delta.judgement]}` : null}
      {deltaReason(delta) === undefined ? null : (
        <span className="sr-only"> {deltaReason(delta)}</span>
      )}
    </span>
  );
}
