import { describe, expect, it } from '@jest/globals';
import { AppError } from '@tokometrics/kit';
import { parseReplay } from './arguments.ts';

const SHOP = '01JD0000000000000000000001';
const NEEDLE = 'needle7d1e';

describe('parseReplay', () => {
  it('reads dead letters, all of them or some', () => {
    expect(parseReplay(['dead-letters', '--group', 'ingestion'])).toEqual({
      ...{ kind: 'dead-letters', group: 'ingestion' },
      ...{ reason: undefined, shopKey: undefined, again: false, dryRun: false },
    });
    expect(
      parseReplay([
        ...['dead-letters', '--group=ingestion-bf', '--reason', 'schema'],
        ...['--shop', SHOP, '--dry-run', '--again'],
      ]),
    ).toEqual({
      ...{ kind: 'dead-letters', group: 'ingestion-bf', reason: 'schema' },
      ...{ shopKey: SHOP, again: true, dryRun: true },
    });
  });

  it('reads a rebuild of one shop', () => {
    expect(parseReplay(['rebuild', '--shop', SHOP])).toEqual({ kind: 'rebuild', shopKey: SHOP });
  });

  it.each([
    ['nothing', []],
    ['another word', [NEEDLE]],
    ['one word more', ['rebuild', NEEDLE, '--shop', SHOP]],
    ['an option of its own', ['dead-letters', '--group', 'ingestion', `--${NEEDLE}`]],
    ['an option without its value', ['dead-letters', '--group']],
    ['dead letters of no group', ['dead-letters', '--shop', SHOP]],
    ['dead letters of an empty group', ['dead-letters', '--group', '']],
    ['a reason that is no word', ['dead-letters', '--group', 'g', '--reason', `${NEEDLE} x`]],
    ['a shop that is no key', ['rebuild', '--shop', NEEDLE]],
    ['a rebuild of no shop', ['rebuild']],
    ['a rebuild with what dead letters take', ['rebuild', '--shop', SHOP, '--again']],
  ])('refuses %s with how it is used, and repeats nothing of it', (_what, args) => {
    const refused = attempt(() => parseReplay(args));

    expect(refused).toBeInstanceOf(AppError);
    expect(refused).toMatchObject({ code: 'request.invalid' });
    expect((refused as AppError).message).toContain('usage: replay dead-letters');
    expect((refused as AppError).message).not.toContain(NEEDLE);
  });
});

function attempt(step: () => unknown): unknown {
  try {
    return step();
  } catch (error) {
    return error;
  }
}
