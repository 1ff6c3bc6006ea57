import type { MetricId } from '@tokometrics/contracts';
import { DICTIONARY } from '@tokometrics/contracts';
import { Popover } from 'radix-ui';
import { Icon } from '../../ui/icon.tsx';

/** What a number means, from the one list that the queries are made from as well. */
export function MetricInfo({ metric }: { readonly metric: MetricId }) {
  const { name, text, formula } = DICTIONARY[metric];
  return (
    <Popover.Root>
      <Popover.Trigger
        aria-label={`What “${name}” means`}
        className="relative z-10 inline-flex size-7 items-center justify-center rounded-full text-soft hover:bg-well hover:text-ink"
      >
        <Icon name="info" size={15} />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          sideOffset={4}
          collisionPadding={12}
          aria-label={name}
          className="z-40 w-72 rounded-[4px] border border-edge bg-sheet p-4 text-[0.87rem] shadow-lg"
        >
          <p className="font-semibold">{name}</p>
          <p className="mt-1 text-soft">{text}</p>
          <p className="mt-3 border-t border-rule pt-3 font-mono text-[0.78rem]">{formula}</p>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
