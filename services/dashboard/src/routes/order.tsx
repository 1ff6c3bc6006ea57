import type { OrderDetail, Shop } from '@tokometrics/contracts';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { orderQuery } from '../api/figures.ts';
import { isProblem } from '../api/problem.ts';
import { FreshnessLine } from '../features/figures/freshness-line.tsx';
import { UnreadRecords } from '../features/figures/unread-notice.tsx';
import { PageHead } from '../features/frame/page-head.tsx';
import { OrderLines } from '../features/orders/order-lines.tsx';
import { OrderTransactions } from '../features/orders/order-transactions.tsx';
import { ordersKnown } from '../features/orders/orders-known.ts';
import { ShopPage } from '../features/shop/shop-page.tsx';
import { formatAmount, formatInstant, formatWord } from '../ui/format.ts';
import { Icon } from '../ui/icon.tsx';
import { Empty, ErrorBox, NoticeBox } from '../ui/notice-box.tsx';
import { PageSkeleton } from '../ui/skeleton.tsx';

const route = getRouteApi('/app/orders/$orderId');

export function OrderPage() {
  return <ShopPage>{(shop) => <Order shop={shop} />}</ShopPage>;
}

function Order({ shop }: { readonly shop: Shop }) {
  const { orderId } = route.useParams();
  const order = useQuery(orderQuery(shop.shopKey, orderId));
  const known = order.data === undefined ? undefined : knownOf(order.data);
  return (
    <>
      <PageHead
        title={`Order ${orderId}`}
        aside={
          <>
            <Link
              to="/orders"
              search={({ shop: key }) => (key === undefined ? {} : { shop: key })}
              className="link inline-flex items-center gap-1 text-[0.9rem]"
            >
              <Icon name="left" size={14} />
              All orders
            </Link>
            {known === undefined ? null : (
              <FreshnessLine {...known} timezone={shop.timezone} onRefresh={order.refetch} />
            )}
          </>
        }
      />
      {order.isPending ? <PageSkeleton /> : null}
      {isProblem(order.error, 'resource.not_found') ? (
        <Empty title="This shop has no such order">
          <p className="text-soft">It may belong to another shop of yours, or be too old.</p>
        </Empty>
      ) : order.isError ? (
        <ErrorBox error={order.error} onRetry={() => void order.refetch()} />
      ) : null}
      {order.data === undefined ? null : <Detail order={order.data} timezone={shop.timezone} />}
    </>
  );
}

const knownOf = ({ freshness, createTime }: OrderDetail) =>
  ordersKnown(freshness, { from: createTime, to: createTime });

interface DetailProps {
  readonly order: OrderDetail;
  readonly timezone: string;
}

function Detail({ order, timezone }: DetailProps) {
  const known = knownOf(order);
  return (
    <div className="flex flex-col gap-4">
      <UnreadRecords
        freshness={known.freshness}
        timezone={timezone}
        meaning="They may hold a newer state of this order, or a statement that carries it."
      />
      {order.cancellation === null ? null : (
        <NoticeBox tone="warn">
          Cancelled
          {order.cancellation.at === null
            ? ''
            : ` on ${formatInstant(order.cancellation.at, timezone)}`}{' '}
          by {formatWord(order.cancellation.initiator).toLowerCase() || 'someone'}
          {order.cancellation.reason === '' ? '' : `: ${order.cancellation.reason}`}
        </NoticeBox>
      )}
      <div className="grid gap-4 md:grid-cols-2">
        <Facts
          title={formatWord(order.status)}
          facts={order.times.map(({ name, at }) => [formatWord(name), formatInstant(at, timezone)])}
        />
        <Facts
          title="Amounts"
          facts={order.amounts.map(({ name, amount }) => [formatWord(name), formatAmount(amount)])}
        />
      </div>
      <OrderLines lines={order.lines} />
      <OrderTransactions transactions={order.transactions} isWhole={known.isWhole('transaction')} />
    </div>
  );
}

interface FactsProps {
  readonly title: string;
  readonly facts: readonly (readonly [string, string])[];
}

function Facts({ title, facts }: FactsProps) {
  return (
    <section className="sheet px-5 py-4">
      <h2 className="text-[1.15rem]">{title}</h2>
      <dl className="mt-2 divide-y divide-rule">
        {facts.map(([name, fact]) => (
          <div key={name} className="flex justify-between gap-4 py-1.5 text-[0.93rem]">
            <dt className="text-soft">{name}</dt>
            <dd className="text-right">{fact}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
