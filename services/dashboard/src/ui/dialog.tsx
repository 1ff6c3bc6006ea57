import { useEffect, useId, useRef } from 'react';
import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  /** A card in the middle, or a panel at the side that leaves the page in view. */
  readonly kind?: 'card' | 'panel';
}

const SHAPES = {
  card: 'm-auto w-[min(30rem,calc(100vw-2rem))] max-h-[calc(100dvh-2rem)] rounded-[4px] border border-rule',
  panel: 'ml-auto mr-0 my-0 h-dvh max-h-none w-[min(46rem,100vw)] max-w-none border-l border-rule',
} as const;

/** The browser's own modal: it traps the focus, answers Esc and needs no style of a script. */
export function Dialog({ title, onClose, children, kind = 'card' }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const dialog = ref.current;
    if (dialog !== null && !dialog.open) {
      dialog.showModal();
    }
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={ref}
      aria-labelledby={titleId}
      className={`bg-sheet p-0 text-ink ${SHAPES[kind]}`}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onMouseDown={(event) => {
        if (event.target === ref.current) {
          onClose();
        }
      }}
    >
      <div className="flex min-h-full flex-col">
        <header className="sticky top-0 z-10 flex items-start gap-4 border-b border-rule bg-sheet px-6 py-4">
          <h2 id={titleId} className="flex-1 text-[1.25rem] leading-snug">
            {title}
          </h2>
          <Button tone="quiet" size="icon" aria-label="Close" onClick={onClose}>
            <Icon name="close" />
          </Button>
        </header>
        <div className="flex-1 px-6 py-5">{children}</div>
      </div>
    </dialog>
  );
}
