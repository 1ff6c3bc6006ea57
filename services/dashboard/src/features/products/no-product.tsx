import type { Resource, Shop } from '@tokometrics/contracts';
import { formatCount } from '../../ui/format.ts';
import { Empty } from '../../ui/notice-box.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { standingOf, useFreshness } from '../sync/standing.ts';
import type { Standing } from '../sync/standing.ts';
import { UNANSWERED } from '../sync/sync-stages.tsx';

/** What tells of a product: its listing, and the orders that it is in. */
const TELLING: readonly Resource[] = ['product', 'order'];

type NoProductShop = Pick<Shop, 'shopKey' | 'epoch' | 'sync'>;

/** A product that nothing tells of. While not everything is in the figures, nobody knows that there is none. */
export function NoProduct({ shop }: { readonly shop: NoProductShop }) {
  const { stages } = shop.sync;
  const { freshness, isAsking } = useFreshness(shop, stages);
  const standings = TELLING.map((resource): Standing => {
    const stage = stages.find((each) => each.resource === resource);
    return stage === undefined ? { kind: 'reading' } : standingOf(stage, freshness);
  });
  const { title, text } = textOf(standings);
  return isAsking ? (
    <Skeleton className="h-32 w-full" />
  ) : (
    <Empty title={title}>
      <p className="text-soft">{text}</p>
    </Empty>
  );
}

function textOf(standings: readonly Standing[]): { readonly title: string; readonly text: string } {
  const kinds = new Set(standings.map(({ kind }) => kind));
  if (kinds.has('reading')) {
    return {
      title: 'This product has not been read yet',
      text: 'Products and orders of this shop have not been read to the end. It may appear as more of them arrive, belong to another shop of yours, or be too old.',
    };
  }
  if (kinds.has('unknown')) {
    return {
      title: 'This product was not found',
      text: `${UNANSWERED} It may appear later, belong to another shop of yours, or be too old.`,
    };
  }
  if (kinds.has('counting')) {
    return {
      title: 'This product is not in the figures yet',
      text: 'Products and orders of this shop have been read and are being counted. It may appear as more of them are, belong to another shop of yours, or be too old.',
    };
  }
  const unread = standings.reduce(
    (sum, standing) => sum + (standing.kind === 'complete' ? standing.unread : 0),
    0,
  );
  return unread === 0
    ? {
        title: 'This shop has no such product',
        text: 'It may belong to another shop of yours, or be too old.',
      }
    : {
        title: 'This product was not found',
        text: `Of this shop’s products and orders, ${formatCount(unread)} could not be read. It may be in one of them, belong to another shop of yours, or be too old.`,
      };
}
