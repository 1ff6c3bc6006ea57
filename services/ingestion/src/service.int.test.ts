import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  envelopeOf,
  factTopic,
  factType,
  HEADERS,
  MARKER_TYPE,
  orderFact,
  privacyAck,
  rawType,
  requestId,
  sealed,
  shopScope,
  TOPIC,
} from '@tokometrics/contracts';
import type { PrivacyAck, StoreId } from '@tokometrics/contracts';
import { verifyAckSignature } from '@tokometrics/erasure';
import { createUlid } from '@tokometrics/kit';
import type { InMessage, OutMessage } from '@tokometrics/kit';
import { engineEnv, eventually, suiteNames } from '@tokometrics/testkit';
import { DEAD_LETTERS, startIngestionWorld } from './ingestion.fixture.ts';
import type { IngestionWorld } from './ingestion.fixture.ts';
import { eraseCommand, NOON_S, rawMarker, rawOrderBody } from './raw-events.test-support.ts';

const names = suiteNames(import.meta);
const engines = engineEnv();
const orderEnvelope = envelopeOf(factType('order'), orderFact);
const LONG = { timeoutMs: 20_000 };

interface Archived {
  readonly _id: string;
  readonly eventId: string;
  readonly shopKey: string;
  readonly sealed: { readonly buffer: Uint8Array };
}

describe('ingestion as a process of its own', () => {
  let world: IngestionWorld;

  const facts = (shopKey: string): Promise<InMessage[]> =>
    world.readAll(factTopic('order'), shopKey);
  const archived = (shopKey: string): Promise<Archived[]> =>
    world.mongo.collection<Archived>('raw_events').find({ shopKey }).toArray();
  const bodyOf = (message: InMessage | undefined): unknown =>
    JSON.parse(message?.value?.toString('utf8') ?? 'null');
  /** All that was sent before is handled once this order of another shop has come out. */
  const untilHandled = async (): Promise<void> => {
    const scope = await world.connectedShop();
    await world.send(await world.event(scope, {}));
    await world.factsOf(scope.shopKey, 1);
    await eventually(async () => {
      expect(await world.admin.groupLag('ingestion', ['tm.raw.order.v1'])).toBe(0);
    }, LONG);
  };

  beforeAll(async () => {
    world = await startIngestionWorld(names);
  }, 90_000);

  afterAll(async () => {
    await world.stop();
  });

  it('archives the sealed bytes as they came and sends the fact on', async () => {
    const scope = await world.connectedShop();
    const message = await world.event(scope, {});

    await world.send(message);
    const [fact] = await world.factsOf(scope.shopKey, 1);

    const sent = envelopeOf(rawType('order'), sealed).parse(
      JSON.parse(message.value?.toString('utf8') ?? ''),
    );
    const { data, ...envelope } = orderEnvelope.parse(bodyOf(fact));
    expect(envelope).toMatchObject({
      id: sent.id,
      ver: sent.ver,
      shopkey: scope.shopKey,
      epoch: 1,
      type: fact?.headers[HEADERS.type],
    });
    expect(data).toMatchObject({
      orderId: sent.subject,
      localDate: '2026-11-23',
      currency: 'GBP',
      totalAmount: '10.00',
      lines: { originalPrice: ['10.00'] },
    });
    const [kept, ...more] = await archived(scope.shopKey);
    expect(more).toEqual([]);
    expect(kept?.eventId).toBe(sent.id);
    // Neighbours lie side by side: those of a shop, and of a day of it.
    expect(kept?._id).toBe(`${scope.shopKey}:1:${sent.time.slice(0, 10)}:${sent.id}`);
    const text = Buffer.from(kept?.sealed.buffer ?? []).toString('utf8');
    expect(JSON.parse(text)).toEqual(sent.data);
    expect(text).not.toContain('AWAITING_SHIPMENT');
  });

  it('keeps one copy of what is delivered twice, and sends no second fact', async () => {
    const scope = await world.connectedShop();
    const message = await world.event(scope, {});

    await world.send(message);
    await world.factsOf(scope.shopKey, 1);
    await world.send(message, message);
    await untilHandled();

    expect(await facts(scope.shopKey)).toHaveLength(1);
    expect(await archived(scope.shopKey)).toHaveLength(1);
  });

  it('takes both streams: what is older than the newest version is archived and sent all the same', async () => {
    const scope = await world.connectedShop();
    const newer = await world.event(scope, { updatedS: NOON_S + 60, seq: 2 });
    const older = await world.event(scope, { isBackfill: true });

    await world.send(newer);
    await world.factsOf(scope.shopKey, 1);
    await world.send(older);

    await eventually(async () => {
      expect(await archived(scope.shopKey)).toHaveLength(2);
    }, LONG);
    const head = await world.mongo.collection('entity_heads').findOne({ shopKey: scope.shopKey });
    expect(head).toMatchObject({ updateTimeS: NOON_S + 60 });
  });

  it('sends a marker on behind the facts before it', async () => {
    const scope = await world.connectedShop();
    const orders = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        world.event(scope, {}, `5764614130387857${String(index + 10)}`),
      ),
    );

    await world.send(...orders, rawMarker(scope, { from: NOON_S - 60, through: NOON_S }));
    const found = await world.factsOf(scope.shopKey, 31);

    expect(new Set(found.map(({ partition }) => partition)).size).toBe(1);
    expect(found.map(({ headers }) => headers[HEADERS.type] === MARKER_TYPE)).toEqual([
      ...orders.map(() => false),
      true,
    ]);
    expect(bodyOf(found.at(-1))).toMatchObject({ data: { through: NOON_S, axis: 'update' } });
  });

  it('parks what no retry can mend, sealed and with its reason, and goes on', async () => {
    const scope = await world.connectedShop();
    const secret = 'poisoned-body-4711';
    const broken = await world.event(scope, {
      body: rawOrderBody('576461413038785700', { create_time: secret }),
    });
    const clamped = await world.event(scope, {
      body: rawOrderBody('576461413038785701', {
        payment: { currency: 'GBP', total_amount: '123456789012345678.00' },
      }),
    });
    const noJson: OutMessage = { ...broken, value: Buffer.from(secret) };
    const good = await world.event(scope, {}, '576461413038785799');

    await world.send(broken, clamped, noJson, good);
    await world.factsOf(scope.shopKey, 1);
    const letters = await eventually(async () => {
      const found = await world.readAll(DEAD_LETTERS, scope.shopKey);
      if (found.length < 3) {
        throw new Error(`${String(found.length)} dead letters`);
      }
      return found;
    }, LONG);

    expect(letters.map(({ headers }) => headers['tm_reason']).sort()).toEqual([
      'range',
      'schema',
      'schema',
    ]);
    for (const letter of letters) {
      expect(sealed.safeParse(bodyOf(letter)).success).toBe(true);
      expect(letter.value?.toString('utf8')).not.toContain(secret);
    }
    expect(await archived(scope.shopKey)).toHaveLength(1);
  });

  it('drops what comes of a closed scope, also the malformed, and answers the fence', async () => {
    const scope = await world.connectedShop();
    await world.send(await world.event(scope, {}));
    await world.factsOf(scope.shopKey, 1);
    const id = requestId.parse(createUlid());

    await world.send({
      topic: TOPIC.fence,
      key: shopScope(scope.shopKey),
      value: Buffer.from(
        JSON.stringify({
          v: 1,
          scope: shopScope(scope.shopKey),
          erasedThroughEpoch: 1,
          ledgerSeq: 1,
          requestId: id,
          at: new Date().toISOString(),
        }),
      ),
    });
    const acks = await acksOf(id, 1);
    const late = await world.event(scope, { updatedS: NOON_S + 60 }, '576461413038785753');
    await world.send(late, { ...late, value: Buffer.from('not even JSON') });
    await untilHandled();

    expect(acks[0]).toMatchObject({
      storeId: 'service:ingestion',
      phase: 'FENCE',
      outcome: 'done',
    });
    expect(await facts(scope.shopKey)).toHaveLength(1);
    expect(await archived(scope.shopKey)).toHaveLength(1);
    expect(await world.readAll(DEAD_LETTERS, scope.shopKey)).toEqual([]);
  });

  it('erases each of its stores of one shop when told to, and signs what it saw', async () => {
    const [scope, control] = await Promise.all([world.connectedShop(), world.connectedShop()]);
    await world.send(await world.event(scope, {}), await world.event(control, {}));
    await Promise.all([world.factsOf(scope.shopKey, 1), world.factsOf(control.shopKey, 1)]);
    const stores = ['ingestion.raw_events', 'ingestion.entity_heads', 'ingestion.shop_state'];
    const id = requestId.parse(createUlid());

    await world.send(
      ...stores.map((storeId) => eraseCommand(id, scope.shopKey, storeId as StoreId)),
    );
    const acks = await acksOf(id, 3);

    const keys = await world.vault.transit.publicKeys('svc-ingestion').catch(() => undefined);
    expect(acks.map(({ storeId }) => storeId).sort()).toEqual([...stores].sort());
    for (const ack of acks) {
      expect(ack).toMatchObject({ outcome: 'done', found: 1, removed: 1 });
    }
    // The connector's role may not read another service's key; the signature is checked by root.
    expect(keys).toBeUndefined();
    const publicKey = await publicKeyOf('svc-ingestion');
    expect(acks.every((ack) => verifyAckSignature(ack, [publicKey]))).toBe(true);
    for (const collection of ['raw_events', 'entity_heads', 'shop_state']) {
      const left = (shopKey: string) =>
        world.mongo.collection(collection).countDocuments({ shopKey });
      expect(await left(scope.shopKey)).toBe(0);
      expect(await left(control.shopKey)).toBe(1);
    }
  });

  it('goes on where it was after a SIGKILL in the middle', async () => {
    const scope = await world.connectedShop();
    const orders = await Promise.all(
      Array.from({ length: 400 }, (_, index) =>
        world.event(scope, {}, `57646141303878${String(index + 1000)}`),
      ),
    );

    await world.send(...orders.slice(0, 200));
    await eventually(async () => {
      expect((await archived(scope.shopKey)).length).toBeGreaterThan(0);
    }, LONG);
    await world.service().kill('SIGKILL');
    await world.send(...orders.slice(200));
    await world.start();

    const found = await eventually(
      async () => {
        const sent = await facts(scope.shopKey);
        const ids = new Set(sent.map((message) => orderEnvelope.parse(bodyOf(message)).id));
        if (ids.size < 400) {
          throw new Error(`${String(ids.size)} of 400 orders`);
        }
        return ids;
      },
      { timeoutMs: 60_000 },
    );
    expect(found.size).toBe(400);
    expect(await archived(scope.shopKey)).toHaveLength(400);
  }, 120_000);

  it('writes no body, also not of what it refused, into a log', () => {
    const written = world.printed();

    expect(written).toContain('"service":"ingestion"');
    for (const content of ['poisoned-body-4711', 'AWAITING_SHIPMENT', '576461413038785752']) {
      expect(written).not.toContain(content);
    }
  });

  it('tells the operator that it is alive, started and ready, and stops when told to', async () => {
    const paths = ['/livez', '/startupz', '/readyz', '/metrics'];
    const answers = await Promise.all(
      paths.map((path) => fetch(`${world.service().opsUrl}${path}`)),
    );
    const metrics = (await answers[3]?.text()) ?? '';
    const records = metrics
      .split('\n')
      .filter((line) => line.startsWith('tokometrics_ingestion_records_total{'));

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(unbalanced(records)).toEqual([]);
    expect(await world.service().kill('SIGTERM')).toBe(0);
  });

  async function acksOf(id: string, count: number): Promise<PrivacyAck[]> {
    return eventually(async () => {
      const found: PrivacyAck[] = [];
      await world.kafka.readToEnd(TOPIC.ack, (message) => {
        if (message.key === id) {
          found.push(privacyAck.parse(bodyOf(message)));
        }
      });
      if (found.length < count) {
        throw new Error(`${String(found.length)} of ${String(count)} acks`);
      }
      return found;
    }, LONG);
  }

  async function publicKeyOf(name: string): Promise<Buffer> {
    const response = await fetch(`${engines.VAULT_ADDR}/v1/${names.transitMount}/keys/${name}`, {
      headers: { 'X-Vault-Token': engines.VAULT_ROOT_TOKEN },
    });
    const { data } = (await response.json()) as {
      data: { keys: Record<string, { public_key: string }> };
    };
    return Buffer.from(Object.values(data.keys)[0]?.public_key ?? '', 'base64');
  }
});

/** Topics of which not every record that came has found its end. */
function unbalanced(lines: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const line of lines) {
    const [, outcome, topic = '', count] =
      /outcome="(\w+)",topic="([^"]+)"\} (\d+)/.exec(line) ?? [];
    const by = outcome === 'consumed' ? Number(count) : -Number(count);
    left.set(topic, (left.get(topic) ?? 0) + by);
  }
  return [...left].filter(([, count]) => count !== 0).map(([topic]) => topic);
}
