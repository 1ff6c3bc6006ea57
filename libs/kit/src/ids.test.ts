import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createUlid, sha256Hex, uuidv5 } from './ids.ts';

describe('createUlid', () => {
  it('holds the time of the clock in its first ten characters', () => {
    // The example of the ULID specification: 01ARYZ6S41 is this instant.
    const ulid = createUlid({ now: () => new Date(1469918176385) });

    expect(ulid).toMatch(/^01ARYZ6S41[0-9A-HJKMNP-TV-Z]{16}$/);
  });

  it('differs within one millisecond', () => {
    const ids = Array.from({ length: 1000 }, () => createUlid({ now: () => new Date(0) }));

    expect(new Set(ids).size).toBe(1000);
  });

  it('uses the time of the machine without a clock', () => {
    const before = createUlid({ now: () => new Date(Date.now() - 5000) });

    expect(createUlid() > before).toBe(true);
  });
});

describe('uuidv5', () => {
  const dns = '6ba7b810-9dad-11d1-80b4-00c04fd430c8';

  it('agrees with the vector of RFC 9562', () => {
    expect(uuidv5(dns, 'www.example.com')).toBe('2ed6657d-e927-568b-95e1-2665a8aea6a2');
  });

  it('is the digest of both, with the bits of version and variant set, for any name', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.string({ unit: 'grapheme' }), (namespace, name) => {
        const digest = createHash('sha1')
          .update(Buffer.from(namespace.replaceAll('-', ''), 'hex'))
          .update(name, 'utf8')
          .digest();
        digest.writeUInt8((digest.readUInt8(6) & 0x0f) | 0x50, 6);
        digest.writeUInt8((digest.readUInt8(8) & 0x3f) | 0x80, 8);

        const id = uuidv5(namespace, name);

        expect(id.replaceAll('-', '')).toBe(digest.toString('hex', 0, 16));
        expect(id).toMatch(/^\w{8}(-\w{4}){3}-\w{12}$/);
      }),
    );
  });

  it('refuses a namespace that is no UUID', () => {
    expect(() => uuidv5('dns', 'x')).toThrow('namespace');
  });
});

describe('sha256Hex', () => {
  it('agrees with the vector of FIPS 180 for text and bytes', () => {
    const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';

    expect(sha256Hex('abc')).toBe(abc);
    expect(sha256Hex(Buffer.from('abc'))).toBe(abc);
  });
});
