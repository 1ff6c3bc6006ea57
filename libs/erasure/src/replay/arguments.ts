import { parseArgs } from 'node:util';
import { shopKey as shopKeySchema } from '@tokometrics/contracts';
import type { ShopKey } from '@tokometrics/contracts';
import { AppError } from '@tokometrics/kit';

export interface RedriveRequest {
  readonly kind: 'dead-letters';
  readonly group: string;
  readonly reason: string | undefined;
  readonly shopKey: ShopKey | undefined;
  /** From the beginning, also what was redriven before. */
  readonly again: boolean;
  /** Counts, and sends nothing. */
  readonly dryRun: boolean;
}

interface RebuildRequest {
  readonly kind: 'rebuild';
  readonly shopKey: ShopKey;
}

export type ReplayRequest = RedriveRequest | RebuildRequest;

const USAGE =
  'usage: replay dead-letters --group <group> [--reason <reason>] [--shop <shop key>] [--dry-run] [--again] | replay rebuild --shop <shop key>';
const REASON = /^[a-z][a-z0-9._-]{0,63}$/;

/** What is wrong is named, never repeated: a pasted secret would stand in a log. */
export function refuse(what: string): AppError {
  return new AppError('request.invalid', `${what}. ${USAGE}`);
}

export function parseReplay(args: readonly string[]): ReplayRequest {
  const { positionals, values } = read(args);
  const [kind, ...rest] = positionals;
  if (rest.length > 0) {
    throw refuse('there is one word too many');
  }
  const shop = values.shop === undefined ? undefined : shopKeySchema.safeParse(values.shop);
  if (shop?.success === false) {
    throw refuse('--shop takes the key of a shop, 26 letters and digits');
  }
  if (kind === 'rebuild') {
    if (shop === undefined) {
      throw refuse('rebuild needs --shop');
    }
    if (values.group ?? values.reason ?? values['dry-run'] ?? values.again) {
      throw refuse('rebuild takes --shop alone');
    }
    return { kind, shopKey: shop.data };
  }
  if (kind !== 'dead-letters') {
    throw refuse('say what to replay');
  }
  if (values.group === undefined || values.group === '') {
    throw refuse('dead-letters needs --group');
  }
  if (values.reason !== undefined && !REASON.test(values.reason)) {
    throw refuse('--reason takes one word such as schema');
  }
  return {
    kind,
    group: values.group,
    reason: values.reason,
    shopKey: shop?.data,
    again: values.again ?? false,
    dryRun: values['dry-run'] ?? false,
  };
}

function read(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        group: { type: 'string' },
        reason: { type: 'string' },
        shop: { type: 'string' },
        'dry-run': { type: 'boolean' },
        again: { type: 'boolean' },
      },
    });
  } catch {
    throw refuse('an option is unknown or lacks its value');
  }
}
