import type { MetricId } from '@tokometrics/contracts';
import { DICTIONARY } from '@tokometrics/contracts';
import { Popover } from 'radix-ui';
import type { RefObject } from 'react';

interface MetricTextProps {
  readonly metric: MetricId;
  readonly anchor: RefObject<HTMLButtonElement | null>;
  readonly onClose: () => void;
}

/** From the one list that the queries are made from as well. */
export function MetricText({ metric, anchor, onClose }: MetricTextProps) {
  const { name, text, formula } = DICTIONARY[metric];
  return (
    <Popover.Root
      open
      onOpenChange={(isOpen) => {
        if (!isOpen) {
          onClose();
        }
      }}
    >
      <Popover.Anchor virtualRef={anchor} />
      <Popover.Portal>
        <Popover.Content
          sideOffset={4}
          collisionPadding={12}
          aria-label={name}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            anchor.current?.focus();
          }}
          onInteractOutside={(event) => {
            // The button closes it by itself; both would open it again.
            if (event.target instanceof Node && anchor.current?.contains(event.target) === true) {
              event.preventDefault();
            }
          }}
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
