import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { KeyShredded } from '@tokometrics/kit';
import type { InMessage, VaultTransit } from '@tokometrics/kit';
import fc from 'fast-check';
import { parkBodyBy } from './park-body.ts';
import { DecryptError } from './seal-errors.ts';
import { createSealer, parseSealed, sealingKey } from './sealer.ts';
import type { SealContext } from './sealer.ts';

const SHOP = '01JD0000000000000000000001';
const OTHER = '01JD0000000000000000000002';
const context: SealContext = {
  ceType: 'com.tokometrics.raw.order.v1',
  shopKey: SHOP,
  epoch: 1,
  ceId: 'b7e5b7c2-2c5c-5f0e-8f5e-0a4f4f0e7a11',
};

/** Transit as far as sealing needs it: named keys, wrapped data keys, "key not found". */
function createTransit() {
  const keys = new Map<string, Map<string, Buffer>>();
  const calls = { dataKey: 0, unwrap: 0 };
  const transit = {
    createKey: (name: string) => {
      keys.set(name, keys.get(name) ?? new Map<string, Buffer>());
      return Promise.resolve();
    },
    dataKey: (name: string) => {
      calls.dataKey += 1;
      const wrapped = `vault:v1:${randomBytes(8).toString('base64')}`;
      const plaintext = randomBytes(32);
      const known = keys.get(name);
      if (known === undefined) {
        return Promise.reject(new KeyShredded());
      }
      known.set(wrapped, plaintext);
      return Promise.resolve({ plaintext, wrapped });
    },
    unwrap: (name: string, wrapped: string) => {
      calls.unwrap += 1;
      const key = keys.get(name)?.get(wrapped);
      return key === undefined ? Promise.reject(new KeyShredded()) : Promise.resolve(key);
    },
  } as unknown as VaultTransit;
  return { transit, calls, shred: (name: string) => keys.delete(name) };
}

function createClock() {
  let nowMs = 0;
  return {
    monotonicMs: () => nowMs,
    advance: (ms: number) => {
      nowMs += ms;
    },
  };
}

async function aSealer() {
  const vault = createTransit();
  const clock = createClock();
  const sealer = createSealer({ vault, clock });
  await sealer.provision(SHOP, 1);
  await sealer.provision(OTHER, 1);
  return { sealer, clock, ...vault };
}

describe('createSealer', () => {
  it('opens what it sealed, whatever the bytes are', async () => {
    const { sealer } = await aSealer();
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 4_000 }), async (bytes) => {
        const plaintext = Buffer.from(bytes);

        const body = await sealer.seal(context, plaintext);

        expect((await sealer.open(context, body)).equals(plaintext)).toBe(true);
        expect(parseSealed(Buffer.from(JSON.stringify(body)))).toEqual(body);
      }),
      { numRuns: 50 },
    );
  });

  it.each<[string, Partial<SealContext>]>([
    ['another shop', { shopKey: OTHER }],
    ['another epoch', { epoch: 2 }],
    ['another type', { ceType: 'com.tokometrics.raw.product.v1' }],
    ['another event', { ceId: '00000000-0000-5000-8000-000000000000' }],
  ])('does not open sealed bytes that were moved to %s', async (_name, change) => {
    const { sealer } = await aSealer();
    const body = await sealer.seal(context, Buffer.from('{"id":"1"}'));
    const moved = { ...context, ...change };

    const opened = sealer.open(moved, { ...body, kid: sealingKey(moved.shopKey, moved.epoch) });

    await expect(opened).rejects.toThrow(
      change.shopKey === undefined && change.epoch === undefined ? DecryptError : KeyShredded,
    );
    await expect(sealer.open(moved, body)).rejects.toThrow(DecryptError);
  });

  it('gives no two records the same IV, however many are sealed', async () => {
    const { sealer } = await aSealer();
    const items = Array.from({ length: 1_500 }, () => ({ context, plaintext: Buffer.from('x') }));

    const sealed = [
      ...(await sealer.sealMany(items)),
      await sealer.seal(context, Buffer.from('x')),
    ];

    expect(new Set(sealed.map(({ iv }) => iv)).size).toBe(1_501);
    expect(sealed.every(({ iv }) => Buffer.from(iv, 'base64').length === 12)).toBe(true);
  });

  it('refuses each damaged part', async () => {
    const { sealer } = await aSealer();
    const body = await sealer.seal(context, Buffer.from('{"id":"1"}'));
    const flip = (text: string): string => {
      const bytes = Buffer.from(text, 'base64');
      bytes.writeUInt8(bytes.readUInt8(0) ^ 1, 0);
      return bytes.toString('base64');
    };
    const damaged = [
      { ...body, iv: flip(body.iv) },
      { ...body, ct: flip(body.ct) },
      { ...body, tag: flip(body.tag) },
      { ...body, tag: Buffer.from(body.tag, 'base64').subarray(0, 12).toString('base64') },
    ];

    const results = await sealer.openMany(damaged.map((one) => ({ context, body: one })));

    expect(results.every((result) => result instanceof DecryptError)).toBe(true);
  });

  it('tells a destroyed key from damaged bytes', async () => {
    const { sealer, shred } = await aSealer();
    const body = await sealer.seal(context, Buffer.from('x'));
    sealer.evict(SHOP, 1);
    shred(sealingKey(SHOP, 1));

    await expect(sealer.open(context, body)).rejects.toBeInstanceOf(KeyShredded);
  });

  it('asks Vault once for many records of a scope, and again after five minutes', async () => {
    const { sealer, clock, calls } = await aSealer();
    const items = Array.from({ length: 500 }, (_, n) => ({
      context: { ...context, ceId: String(n) },
      plaintext: Buffer.from(String(n)),
    }));

    const sealed = await sealer.sealMany(items);
    const opened = await sealer.openMany(
      sealed.map((body, n) => ({ context: { ...context, ceId: String(n) }, body })),
    );
    const callsBefore = { ...calls };
    clock.advance(300_001);
    await sealer.seal(context, Buffer.from('x'));

    expect(opened.map(String)).toEqual(items.map(({ plaintext }) => plaintext.toString()));
    expect(callsBefore).toEqual({ dataKey: 1, unwrap: 1 });
    expect(calls.dataKey).toBe(2);
  });

  it('drops keys at a fence, up to its epoch only, and seals and opens nothing of the scope any more', async () => {
    const vault = createTransit();
    let apply: (shopKey: string, throughEpoch: number) => void = () => undefined;
    let through = 0;
    const fences = {
      isFenced: (_shop: string, epoch: number) => epoch <= through,
      onApply: (listener: typeof apply) => {
        apply = listener;
      },
    };
    const sealer = createSealer({ vault, clock: createClock(), fences });
    await sealer.provision(SHOP, 1);
    await sealer.provision(SHOP, 2);
    const body = await sealer.seal(context, Buffer.from('x'));
    const next = await sealer.seal({ ...context, epoch: 2 }, Buffer.from('y'));

    through = 1;
    apply(SHOP, 1);

    await expect(sealer.open(context, body)).rejects.toBeInstanceOf(KeyShredded);
    await expect(sealer.seal(context, Buffer.from('x'))).rejects.toBeInstanceOf(KeyShredded);
    await expect(sealer.provision(SHOP, 1)).rejects.toBeInstanceOf(KeyShredded);
    await sealer.seal({ ...context, epoch: 2 }, Buffer.from('z'));
    expect(String(await sealer.open({ ...context, epoch: 2 }, next))).toBe('y');
    expect(vault.calls.dataKey).toBe(2);
  });
});

describe('parkBodyBy', () => {
  const message = (value: Buffer | null, headers: Record<string, string> = {}): InMessage => ({
    topic: 'tm.fact.order.v1',
    partition: 0,
    offset: '0',
    key: SHOP,
    value,
    timestamp: 0,
    headers: {
      tm_shopkey: SHOP,
      tm_epoch: '1',
      ce_type: context.ceType,
      ce_id: context.ceId,
      ...headers,
    },
  });

  it('seals a clear body, keeps a sealed one as it is, and keeps none without a scope', async () => {
    const { sealer, shred } = await aSealer();
    const park = parkBodyBy(sealer);

    const parked = await park(message(Buffer.from('{"price":"1"}')));
    const again = await park(message(parked ?? null));
    const scopeless = await park(message(Buffer.from('x'), { tm_shopkey: 'nonsense' }));
    sealer.evict(SHOP, 1);
    shred(sealingKey(SHOP, 1));
    const shredded = await park(message(Buffer.from('x')));

    const body = parseSealed(parked ?? null);
    expect(parked?.includes('price')).toBe(false);
    expect(body === undefined ? '' : body.kid).toBe(sealingKey(SHOP, 1));
    expect(again).toEqual(parked);
    expect(scopeless).toBeUndefined();
    expect(shredded).toBeUndefined();
  });
});
