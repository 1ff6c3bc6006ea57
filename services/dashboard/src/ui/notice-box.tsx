import type { ReactNode } from 'react';
import { isProblem } from '../api/problem.ts';
import { problemText } from '../api/problem-text.ts';
import { Button } from './button.tsx';

const TONES = {
  plain: 'border-rule bg-well text-ink',
  good: 'border-good bg-good-wash text-ink',
  warn: 'border-warn bg-warn-wash text-ink',
  bad: 'border-bad bg-bad-wash text-ink',
} as const;

interface NoticeBoxProps {
  readonly tone?: keyof typeof TONES;
  readonly children: ReactNode;
}

export function NoticeBox({ tone = 'plain', children }: NoticeBoxProps) {
  return (
    <div
      role={tone === 'bad' ? 'alert' : 'status'}
      className={`rounded-[3px] border-l-4 px-4 py-3 text-[0.93rem] ${TONES[tone]}`}
    >
      {children}
    </div>
  );
}

interface ErrorBoxProps {
  readonly error: unknown;
  readonly onRetry?: (() => void) | undefined;
}

/** What went wrong in words, and the way to try again. */
export function ErrorBox({ error, onRetry }: ErrorBoxProps) {
  return (
    <NoticeBox tone="bad">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <span>{problemText(error)}</span>
        {onRetry === undefined || isProblem(error, 'request.unacceptable') ? null : (
          <Button size="small" onClick={onRetry}>
            Try again
          </Button>
        )}
      </div>
    </NoticeBox>
  );
}

interface EmptyProps {
  readonly title: string;
  readonly children?: ReactNode;
}

/** A state with nothing to show is a state of its own: what it means and what to do. */
export function Empty({ title, children }: EmptyProps) {
  return (
    <div className="sheet flex flex-col items-start gap-3 px-6 py-8">
      <h2 className="text-[1.25rem]">{title}</h2>
      {children}
    </div>
  );
}
