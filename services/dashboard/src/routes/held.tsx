import type { Holdings, PrivacyRequest, Shop } from '@tokometrics/contracts';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { holdingsQuery, requestQuery, requestsQuery } from '../api/privacy.ts';
import { shopsQuery } from '../api/shops.ts';
import { PageHead } from '../features/frame/page-head.tsx';
import { SettingsTabs } from '../features/frame/settings-tabs.tsx';
import { DisconnectShop } from '../features/privacy/disconnect-shop.tsx';
import { ErasureProgress } from '../features/privacy/erasure-progress.tsx';
import { mayDisconnect } from '../features/privacy/held-erasure.ts';
import { HoldingsTable } from '../features/privacy/holdings-table.tsx';
import { VerifyGuide } from '../features/privacy/verify-guide.tsx';
import { formatDay } from '../ui/format.ts';
import { ErrorBox } from '../ui/notice-box.tsx';
import { Skeleton } from '../ui/skeleton.tsx';

const route = getRouteApi('/app/settings/privacy');

export function HeldPage() {
  const shops = useQuery(shopsQuery);
  const held = useQuery(holdingsQuery);
  const requests = useQuery(requestsQuery).data ?? [];
  const navigate = route.useNavigate();
  return (
    <>
      <PageHead title="What we hold">
        <SettingsTabs />
      </PageHead>
      <div className="flex max-w-[60rem] flex-col gap-6">
        {shops.data === undefined ? null : (
          <Connections
            shops={shops.data.filter((shop) => mayDisconnect(shop, requests))}
            tokens={held.data?.tokens}
            onBegun={(request) => void navigate({ search: { request } })}
          />
        )}
        <Requests shops={shops.data ?? []} />
        {held.isPending ? <Skeleton className="h-96 w-full" /> : null}
        {held.isError ? <ErrorBox error={held.error} onRetry={() => void held.refetch()} /> : null}
        {held.data === undefined ? null : (
          <HoldingsTable holdings={held.data} shops={shops.data ?? []} />
        )}
        <VerifyGuide />
      </div>
    </>
  );
}

interface ConnectionsProps {
  readonly shops: readonly Shop[];
  readonly tokens: Holdings['tokens'] | undefined;
  readonly onBegun: (requestId: string) => void;
}

/** Whether our access exists, per shop, and the way to end it. */
function Connections({ shops, tokens, onBegun }: ConnectionsProps) {
  return (
    <section aria-labelledby="connections" className="sheet">
      <h2 id="connections" className="px-5 py-4 text-[1.2rem]">
        Our access to your shops
      </h2>
      {shops.length === 0 ? (
        <p className="border-t border-rule px-5 py-4 text-soft">
          No shop is connected: we have no access to any TikTok Shop of yours.
        </p>
      ) : (
        <ul className="divide-y divide-rule border-t border-rule">
          {shops.map((shop) => {
            const state = tokens?.find(({ shopKey }) => shopKey === shop.shopKey)?.state;
            return (
              <li
                key={shop.shopKey}
                className="flex flex-wrap items-center justify-between gap-3 px-5 py-3"
              >
                <span>
                  <span className="font-medium">{shop.name}</span>
                  <span className="block text-[0.87rem] text-soft">
                    {state === 'destroyed'
                      ? 'The access has been destroyed'
                      : `Read-only access, kept in the secret store since ${formatDay(shop.connectedAt.slice(0, 10))}`}
                  </span>
                </span>
                <DisconnectShop shop={shop} onBegun={onBegun} />
              </li>
            );
          })}
        </ul>
      )}
    </section>
  );
}

const nameOf = (shops: readonly Shop[], request: PrivacyRequest): string =>
  shops.find(({ shopKey }) => shopKey === request.shopKey)?.name ??
  `Shop disconnected on ${formatDay(request.receivedAt.slice(0, 10))}`;

/** The erasure that is under way first, receipts of earlier ones below it. */
function Requests({ shops }: { readonly shops: readonly Shop[] }) {
  const { request: chosen } = route.useSearch();
  const all = useQuery({
    ...requestsQuery,
    refetchInterval: ({ state }) =>
      state.data?.some(({ state: of }) => of !== 'COMPLETED') === true ? 2_000 : false,
  });
  const followed = useQuery({ ...requestQuery(chosen ?? ''), enabled: chosen !== undefined });
  if (all.isError) {
    return <ErrorBox error={all.error} onRetry={() => void all.refetch()} />;
  }
  const listed = all.data ?? [];
  const items =
    followed.data === undefined
      ? listed
      : [followed.data, ...listed.filter(({ requestId }) => requestId !== chosen)];
  return items.length === 0 ? null : (
    <section aria-labelledby="erasures" className="flex flex-col gap-3">
      <h2 id="erasures" className="text-[1.2rem]">
        Disconnected shops and their receipts
      </h2>
      {items.map((request) => (
        <ErasureProgress
          key={request.requestId}
          request={request}
          shopName={nameOf(shops, request)}
        />
      ))}
    </section>
  );
}
