import type { Holdings, Shop } from '@tokometrics/contracts';
import { formatCount, formatInstant } from '../../ui/format.ts';

type Holding = Holdings['items'][number];

const CATEGORIES: Readonly<Record<string, string>> = {
  account: 'Your account',
  shop: 'Connection to the shop',
  orders: 'Orders',
  products: 'Products',
  finance: 'Statements and settlements',
  usage: 'Usage and security',
  evidence: 'Proof of answered requests',
};

const ENCRYPTION: Readonly<Record<string, string>> = {
  none: 'readable by the service alone',
  'sealed:shop': 'sealed with a key of this connection',
  'sealed:acct': 'sealed with a key of your account',
  vault: 'in the secret store',
};

export function retentionText(days: number): string {
  if (days === 0) {
    return 'until you disconnect';
  }
  if (days % 365 === 0) {
    return days === 365 ? 'up to 1 year' : `up to ${days / 365} years`;
  }
  return `up to ${days} days`;
}

/** Categories in the order of the list, each with its places; empty ones stay in sight as zero. */
export function groupHoldings(items: readonly Holding[]): [string, Holding[]][] {
  const groups = new Map<string, Holding[]>();
  for (const item of items) {
    groups.set(item.category, [...(groups.get(item.category) ?? []), item]);
  }
  return [...groups];
}

const recordsOf = (items: readonly Holding[]): number =>
  items.reduce((sum, { records }) => sum + records, 0);

interface HoldingsTableProps {
  readonly holdings: Holdings;
  readonly shops: readonly Shop[];
}

export function HoldingsTable({ holdings, shops }: HoldingsTableProps) {
  const nameOf = (key: string | null) => {
    const shop = shops.find(({ shopKey }) => shopKey === key);
    return key === null ? '' : (shop?.name ?? 'a former connection');
  };
  return (
    <section aria-labelledby="holdings" className="sheet overflow-hidden">
      <header className="px-5 pt-4">
        <h2 id="holdings" className="text-[1.2rem]">
          Counted now
        </h2>
        <p className="text-[0.87rem] text-soft">
          Every place that may hold data of yours, counted on {formatInstant(holdings.countedAt)}.
        </p>
      </header>
      {groupHoldings(holdings.items).map(([category, items]) => (
        <details key={category} className="group border-t border-rule first-of-type:mt-3">
          <summary className="flex items-baseline justify-between gap-4 px-5 py-3 hover:bg-well">
            <span className="font-medium before:mr-2 before:inline-block before:text-[0.7rem] before:text-soft before:content-['▶'] group-open:before:rotate-90">
              {CATEGORIES[category] ?? category}
            </span>
            <span className="text-[0.9rem]">
              <strong>{formatCount(recordsOf(items))}</strong>{' '}
              <span className="text-soft">
                {recordsOf(items) === 1 ? 'record' : 'records'} in {items.length}{' '}
                {items.length === 1 ? 'place' : 'places'}
              </span>
            </span>
          </summary>
          <table className="ledger border-t border-rule">
            <thead>
              <tr>
                <th scope="col" className="label">
                  What
                </th>
                <th scope="col" className="label">
                  Kept
                </th>
                <th scope="col" className="label">
                  Protection
                </th>
                <th scope="col" className="label number">
                  Records
                </th>
              </tr>
            </thead>
            <tbody>
              {items.map((item) => (
                <tr key={`${item.storeId} ${item.shopKey ?? ''}`}>
                  <td data-label="What">
                    <span>
                      {item.holds}
                      <span className="block text-[0.8rem] text-soft">
                        <code className="font-mono">{item.storeId}</code>{' '}
                        {nameOf(item.shopKey) === '' ? '' : `· ${nameOf(item.shopKey)}`}
                      </span>
                    </span>
                  </td>
                  <td data-label="Kept">
                    {retentionText(item.retentionDays)}
                    <span className="block text-[0.8rem] text-soft">
                      {item.erasedOnDisconnect ? 'erased on disconnect' : `policy: ${item.clause}`}
                    </span>
                  </td>
                  <td data-label="Protection">{ENCRYPTION[item.encryption] ?? item.encryption}</td>
                  <td data-label="Records" className="number">
                    <data value={item.records}>{formatCount(item.records)}</data>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </details>
      ))}
    </section>
  );
}
