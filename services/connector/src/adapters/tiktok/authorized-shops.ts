import { isJson } from '../../domain/pick-fields.ts';
import type { AuthorizedShop } from '../../domain/connect-shop.ts';
import { TikTokFault } from '../../domain/tiktok-fault.ts';
import type { Credentials, Lane, TikTokClient } from './tiktok-client.ts';

/** The shops of one grant: what TikTok calls them, and the cipher that names each on other calls. */
export async function listAuthorizedShops(
  client: TikTokClient,
  credentials: Credentials,
  lane: Lane,
): Promise<AuthorizedShop[]> {
  const { data } = await client.call({
    name: 'shops.authorized',
    credentials,
    lane,
    priority: 'live',
  });
  const shops = data['shops'];
  if (!Array.isArray(shops)) {
    throw new TikTokFault('unclear', 'the list of shops is missing');
  }
  return shops.filter(isJson).flatMap(({ id, cipher, name, region, seller_type: sellerType }) =>
    typeof id === 'string' && typeof cipher === 'string'
      ? [
          {
            id,
            cipher,
            name: text(name),
            region: text(region).slice(0, 2),
            sellerType: text(sellerType),
          },
        ]
      : [],
  );
}

function text(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 200) : '';
}
