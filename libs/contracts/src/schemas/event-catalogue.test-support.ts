import type { z } from 'zod';
import { envelopeOf } from '../envelope.ts';
import { RESOURCES } from '../resources.ts';
import { FACT_SCHEMAS, FACT_VERSIONS, factType } from '../events/facts.ts';
import { gap } from '../events/gap.ts';
import { accountLifecycle, mailRequested, shopLifecycle } from '../events/lifecycle.ts';
import { marker } from '../events/marker.ts';
import { notice } from '../events/notice.ts';
import { fence, privacyAck, privacyCommand } from '../events/privacy.ts';
import { RAW_SCHEMAS, RAW_VERSIONS, rawType } from '../events/raw.ts';
import { sealed } from '../events/sealed.ts';
import { usageEvent } from '../events/usage.ts';

export interface CataloguedEvent {
  /** Ends with the major version: the type without its prefix, or the topic without its own. */
  readonly name: string;
  /** The minor version that is written today. */
  readonly version: number;
  readonly schema: z.ZodType;
}

const nameOf = (type: string): string => type.replace('com.tokometrics.', '');

/**
 * What goes through Kafka, each with its schema of today; `schemas/` holds every version of it. A raw
 * record is here as it is opened: what is under its seal stands where the seal does on the way.
 */
export const EVENT_CATALOGUE: readonly CataloguedEvent[] = [
  ...RESOURCES.flatMap((of) => [
    {
      name: nameOf(rawType(of)),
      version: RAW_VERSIONS[of],
      schema: envelopeOf(rawType(of), RAW_SCHEMAS[of]),
    },
    {
      name: nameOf(factType(of)),
      version: FACT_VERSIONS[of],
      schema: envelopeOf(factType(of), FACT_SCHEMAS[of]),
    },
  ]),
  { name: 'sealed.v1', version: 1, schema: sealed },
  { name: 'marker.v1', version: 1, schema: marker },
  { name: 'gap.v1', version: 1, schema: gap },
  { name: 'shop.lifecycle.v1', version: 1, schema: shopLifecycle },
  { name: 'account.lifecycle.v1', version: 1, schema: accountLifecycle },
  { name: 'mail.requested.v1', version: 1, schema: mailRequested },
  { name: 'usage.page.v1', version: 1, schema: usageEvent },
  { name: 'notice.v1', version: 1, schema: notice },
  { name: 'privacy.fence.v1', version: 1, schema: fence },
  { name: 'privacy.command.v1', version: 1, schema: privacyCommand },
  { name: 'privacy.ack.v1', version: 1, schema: privacyAck },
];
