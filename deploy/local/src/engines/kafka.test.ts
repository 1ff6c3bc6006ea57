import { describe, expect, it } from '@jest/globals';
import { clusterId } from './kafka.ts';

describe('the id of a new Kafka cluster', () => {
  it('is never taken for an option of the format tool', () => {
    const led = Array.from({ length: 256 }, (_, first) => clusterId(Buffer.alloc(16, first)));

    expect(led.filter((id) => id.startsWith('-'))).toEqual([]);
  });

  it('is sixteen bytes, and differs each time', () => {
    expect(Buffer.from(clusterId(), 'base64url')).toHaveLength(16);
    expect(clusterId()).not.toBe(clusterId());
  });
});
