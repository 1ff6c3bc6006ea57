import { useQuery } from '@tanstack/react-query';
import { policyQuery } from '../api/account.ts';
import { PublicFrame } from '../features/frame/public-frame.tsx';
import { formatDay } from '../ui/format.ts';
import { ErrorBox } from '../ui/notice-box.tsx';
import { PageSkeleton } from '../ui/skeleton.tsx';

export function PolicyPage() {
  const policy = useQuery(policyQuery);
  return (
    <PublicFrame>
      <h1 className="text-[2rem]">Privacy policy</h1>
      {policy.isPending ? <PageSkeleton /> : null}
      {policy.isError ? (
        <ErrorBox error={policy.error} onRetry={() => void policy.refetch()} />
      ) : null}
      {policy.data === undefined ? null : (
        <div className="mt-6 grid gap-10 md:grid-cols-[15rem_minmax(0,1fr)]">
          <aside className="text-[0.87rem] text-soft md:sticky md:top-6 md:self-start">
            <p>
              Version {policy.data.version}, in force since{' '}
              {formatDay(policy.data.effectiveAt.slice(0, 10))}
            </p>
            <p className="mt-2">
              SHA-256 of the text:
              <code className="mt-1 block break-all font-mono text-[0.75rem]">
                {policy.data.sha256}
              </code>
            </p>
            <nav aria-label="Sections" className="mt-5 hidden flex-col gap-1 md:flex">
              {policy.data.sections.map(({ id, title }) => (
                <a key={id} href={`#section-${id}`} className="block py-1 hover:text-ink">
                  {id}. {title}
                </a>
              ))}
            </nav>
          </aside>
          <article className="flex max-w-[44rem] flex-col gap-9">
            {policy.data.sections.map(({ id, title, paragraphs }) => (
              <section key={id} id={`section-${id}`} className="scroll-mt-6">
                <h2 className="mb-3 text-[1.3rem]">
                  {id}. {title}
                </h2>
                <div className="flex flex-col gap-3">
                  {paragraphs.map((text) => (
                    <p key={text}>{text}</p>
                  ))}
                </div>
              </section>
            ))}
          </article>
        </div>
      )}
    </PublicFrame>
  );
}
