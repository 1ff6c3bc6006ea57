import type { ReactNode } from 'react';

interface PageHeadProps {
  readonly title: string;
  readonly subtitle?: string;
  readonly aside?: ReactNode;
  readonly children?: ReactNode;
}

/** Title and filters stay in view while the figures scroll. */
export function PageHead({ title, subtitle, aside, children }: PageHeadProps) {
  return (
    <header className="-mx-4 mb-5 border-b border-rule bg-paper px-4 py-4 md:sticky md:top-0 md:z-20 md:-mx-8 md:px-8">
      <title>{`${title} · TokoMetrics`}</title>
      <div className="flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
        <div className="min-w-0">
          <div className="flex flex-wrap items-baseline gap-x-4">
            <h1 className="text-[1.6rem] leading-tight">{title}</h1>
            {aside}
          </div>
          {subtitle === undefined ? null : (
            <p className="mt-0.5 text-[0.87rem] text-soft">{subtitle}</p>
          )}
        </div>
        {children}
      </div>
    </header>
  );
}
