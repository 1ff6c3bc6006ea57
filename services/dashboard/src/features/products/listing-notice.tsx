import type { ProductReply } from '@tokometrics/contracts';
import { formatInstant } from '../../ui/format.ts';
import { NoticeBox } from '../../ui/notice-box.tsx';
import { UnreadRecords } from '../figures/unread-notice.tsx';

type Listing = ProductReply['listing'];

interface ListingNoticeProps {
  readonly listing: Listing;
  readonly timezone: string;
}

/** What may be newer at TikTok Shop than prices and stock are here. */
export function ListingNotice({ listing, timezone }: ListingNoticeProps) {
  const late = listing.filter(({ stale }) => stale);
  return (
    <>
      <UnreadRecords
        freshness={listing}
        timezone={timezone}
        meaning="They may hold a newer state of this product, its prices or its stock."
      />
      {late.length === 0 ? null : (
        <NoticeBox tone="warn">
          {late.map((one) => (
            <p key={one.resource}>{lateText(one, timezone)}</p>
          ))}
        </NoticeBox>
      )}
    </>
  );
}

function lateText({ resource, completeThrough }: Listing[number], timezone: string): string {
  const what = resource === 'inventory' ? 'The stock' : 'The list of products';
  return completeThrough === null
    ? `${what} has not been read to its end yet.`
    : `${what} was read last through ${formatInstant(completeThrough, timezone)}: later changes are not shown.`;
}
