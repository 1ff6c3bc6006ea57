import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Mark } from '../../ui/icon.tsx';
import { SkipLink } from './skip-link.tsx';

interface PublicFrameProps {
  readonly children: ReactNode;
  /** A form stands in a narrow column. */
  readonly isNarrow?: boolean;
}

/** Around the pages that need no account. */
export function PublicFrame({ children, isNarrow = false }: PublicFrameProps) {
  return (
    <div className="flex min-h-dvh flex-col">
      <SkipLink />
      <header className="border-b border-rule">
        <div className="mx-auto flex max-w-[68rem] items-center justify-between px-5 py-4">
          <Link to="/" className="flex items-center gap-3 text-ink">
            <Mark />
            <span className="font-title text-[1.2rem] font-semibold">TokoMetrics</span>
          </Link>
          <nav aria-label="Account" className="flex items-center gap-5 text-[0.93rem]">
            <Link to="/login" className="link">
              Sign in
            </Link>
            <Link to="/signup" className="link">
              Register
            </Link>
          </nav>
        </div>
      </header>
      <main
        id="main"
        tabIndex={-1}
        className={`mx-auto w-full flex-1 px-5 py-10 outline-none ${isNarrow ? 'max-w-[27rem]' : 'max-w-[68rem]'}`}
      >
        {children}
      </main>
      <footer className="border-t border-rule">
        <div className="mx-auto flex max-w-[68rem] flex-wrap justify-between gap-3 px-5 py-5 text-[0.87rem] text-soft">
          <span>TokoMetrics reads, and never writes, your shop.</span>
          <Link to="/privacy" className="link">
            Privacy policy
          </Link>
        </div>
      </footer>
    </div>
  );
}
