import { Link } from '@tanstack/react-router';
import type { ErrorComponentProps } from '@tanstack/react-router';
import { buttonClass } from '../ui/button.tsx';
import { Empty, ErrorBox } from '../ui/notice-box.tsx';

export function NotFound() {
  return (
    <div className="py-8">
      <Empty title="There is no such page">
        <Link to="/" className={buttonClass({})}>
          To the start
        </Link>
      </Empty>
    </div>
  );
}

export function RouteError({ error, reset }: ErrorComponentProps) {
  return (
    <div className="mx-auto max-w-2xl p-8">
      <ErrorBox error={error} onRetry={reset} />
    </div>
  );
}
