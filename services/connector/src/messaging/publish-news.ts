import { mailRequested, notice, shopLifecycle, TOPIC } from '@tokometrics/contracts';
import type { MailRequested, Notice, ShopLifecycle } from '@tokometrics/contracts';
import { canonicalJson, createUlid } from '@tokometrics/kit';
import type { Clock, OutMessage } from '@tokometrics/kit';
import type { Connection, ShopMail } from '../domain/connection.ts';

export interface NewsDeps {
  readonly send: (batch: readonly OutMessage[]) => Promise<void>;
  readonly clock: Clock;
}

/** What the whole system should know of a connection: identifiers, zone and state, nothing of the shop. */
function lifecycleOf(connection: Connection): ShopLifecycle {
  const connectedAt = connection.connectedAt.toISOString();
  return shopLifecycle.parse({
    v: 1,
    shopKey: connection.shopKey,
    merchantId: connection.merchantId,
    epoch: connection.epoch,
    authKey: connection.authKey,
    state: stateOf(connection),
    region: connection.region,
    timezone: connection.timezone,
    currency: connection.currency,
    connectedAt,
    at: connectedAt,
  });
}

export function stateOf(connection: Pick<Connection, 'state' | 'status'>): ShopLifecycle['state'] {
  if (connection.state === 'closed') {
    return 'disconnected';
  }
  return connection.status === 'active' ? 'connected' : connection.status;
}

/** Within the product, what each mail of this service links to. */
const PATHS: Readonly<Record<ShopMail, string>> = {
  shop_connected: '/settings/shops',
  shop_connected_twice: '/settings/shops',
  shop_deauthorized: '/settings/privacy',
};

export function createNews({ send, clock }: NewsDeps) {
  const json = (value: unknown): Buffer => Buffer.from(canonicalJson(value));
  return {
    lifecycle: (connection: Connection): Promise<void> =>
      send([
        {
          topic: TOPIC.shopLifecycle,
          key: connection.shopKey,
          value: json(lifecycleOf(connection)),
          headers: { tm_shopkey: connection.shopKey, tm_epoch: String(connection.epoch) },
        },
      ]),
    progress: (shopKey: string): Promise<void> => {
      const note: Notice = notice.parse({ kind: 'sync.progress', shopKey });
      return send([{ topic: TOPIC.notice, key: shopKey, value: json(note) }]);
    },
    /** To everybody of the merchant: whoever did not do it should know of it. */
    mail: ({ merchantId }: Pick<Connection, 'merchantId'>, template: ShopMail): Promise<void> => {
      const mail: MailRequested = mailRequested.parse({
        v: 1,
        mailId: createUlid(clock),
        ...{ accountId: null, merchantId, template, path: PATHS[template] },
        at: clock.now().toISOString(),
      });
      return send([{ topic: TOPIC.mailRequested, key: merchantId, value: json(mail) }]);
    },
  };
}
