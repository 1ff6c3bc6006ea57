import type { MetricId } from '@tokometrics/contracts';
import { DICTIONARY } from '@tokometrics/contracts';
import { lazy, Suspense, useRef, useState } from 'react';
import { Icon } from '../../ui/icon.tsx';

const MetricText = lazy(async () => ({
  default: (await import('./metric-text.tsx')).MetricText,
}));

/** What a number means; the text and what places it are loaded when it is first asked for. */
export function MetricInfo({ metric }: { readonly metric: MetricId }) {
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  return (
    <>
      <button
        ref={button}
        type="button"
        aria-label={`What “${DICTIONARY[metric].name}” means`}
        aria-haspopup="dialog"
        aria-expanded={isOpen}
        className="relative z-10 inline-flex size-[26px] items-center justify-center rounded-full text-soft hover:bg-well hover:text-ink"
        onClick={() => setOpen(!isOpen)}
      >
        <Icon name="info" size={15} />
      </button>
      {isOpen ? (
        <Suspense>
          <MetricText metric={metric} anchor={button} onClose={() => setOpen(false)} />
        </Suspense>
      ) : null}
    </>
  );
}
