import { HEADERS, scopeOfHeaders } from '@tokometrics/contracts';
import { deadLetterTopic, fromDeadLetter } from '@tokometrics/kit';
import type {
  DeadLetter,
  InMessage,
  Kafka,
  KafkaAdmin,
  Logger,
  OutMessage,
} from '@tokometrics/kit';
import type { ShopScope } from '../fence-map.ts';
import type { Fences } from '../guard.ts';
import { KeyShredded } from '../seal-errors.ts';
import { parseSealed } from '../sealer.ts';
import type { SealContext, Sealer } from '../sealer.ts';
import type { ShopProjection } from '../shop-projection.ts';
import type { RedriveRequest } from './arguments.ts';
import { refuse } from './arguments.ts';
import { openEpoch } from './open-epoch.ts';
import { filterOf, isPassed, progressGroup, takes } from './progress.ts';
import type { LetterPlace, Progress } from './progress.ts';
import { createTally } from './report.ts';
import type { RedriveReport } from './report.ts';

export interface RedriveDeps {
  readonly kafka: Pick<Kafka, 'sweep' | 'readToEnd' | 'admin'>;
  readonly publish: (batch: readonly OutMessage[]) => Promise<void>;
  readonly fences: Pick<Fences, 'isFenced' | 'guardedChunk'>;
  readonly shops: Pick<ShopProjection, 'find'>;
  readonly openMany: Sealer['openMany'];
  readonly log: Pick<Logger, 'error'>;
  /** The groups of this service that park records, each with the topics that it reads. */
  readonly groups: Readonly<Record<string, readonly string[]>>;
}

/** Refuses a group that is not the service's own. */
export function topicsOfGroup(groups: RedriveDeps['groups'], group: string): readonly string[] {
  const topics = Object.hasOwn(groups, group) ? groups[group] : undefined;
  if (topics === undefined) {
    throw refuse(`there is no such group; those are ${Object.keys(groups).join(', ')}`);
  }
  return topics;
}

/**
 * Sends dead letters to the topics they came from, as they were before they were parked. A batch is
 * committed once it is acknowledged: a run that is killed repeats one batch at most, and the ids of
 * the records are those of before.
 */
export async function redrive(
  deps: RedriveDeps,
  request: RedriveRequest,
  signal: AbortSignal,
): Promise<RedriveReport> {
  const { group } = request;
  const topics = topicsOfGroup(deps.groups, group);
  if (request.shopKey !== undefined) {
    openEpoch(deps.shops, deps.fences, request.shopKey);
  }
  const topic = deadLetterTopic(group);
  const own = progressGroup(group, request);
  const tally = createTally();
  const known = await readProgress(deps.kafka, group, topic);
  if (known === undefined) {
    return tally.report;
  }
  const rules = { request, topics, known: request.again ? [] : known };
  const take = async (messages: readonly InMessage[]): Promise<void> => {
    const judged = await Promise.all(messages.map((message) => judge(deps, rules, message)));
    const fenced = request.dryRun ? new Set<string>() : await send(deps, judged);
    if (request.shopKey !== undefined) {
      openEpoch(deps.shops, deps.fences, request.shopKey);
    }
    for (const { letter, scope, fate } of judged) {
      const isLate = fate === 'redriven' && scope !== undefined && fenced.has(keyOf(scope));
      tally.add(letter.reason, isLate ? 'fenced' : fate);
    }
  };
  if (request.dryRun) {
    const before = rules.known.find(({ filter }) => progressGroup(group, filter) === own)?.next;
    await deps.kafka.readToEnd(topic, async (message) => {
      if (BigInt(message.offset) >= (before?.get(message.partition) ?? 0n)) {
        await take([message]);
      }
    });
  } else {
    await deps.kafka.sweep({ group: own, topic, again: request.again, signal, onBatch: take });
  }
  return tally.report;
}

/** How far earlier runs came, by any filter; undefined when the group has never parked a record. */
async function readProgress(
  kafka: Pick<Kafka, 'admin'>,
  group: string,
  topic: string,
): Promise<Progress[] | undefined> {
  const admin = kafka.admin();
  try {
    await admin.start();
    if (!(await admin.listTopics()).includes(topic)) {
      return undefined;
    }
    const names = await admin.listGroups();
    return await Promise.all(
      names.flatMap((name) => {
        const filter = filterOf(group, name);
        return filter === undefined ? [] : [progressOf(admin, name, topic, filter)];
      }),
    );
  } finally {
    await admin.stop();
  }
}

async function progressOf(
  admin: KafkaAdmin,
  name: string,
  topic: string,
  filter: Progress['filter'],
): Promise<Progress> {
  const offsets = await admin.groupOffsets(name, [topic]);
  return {
    filter,
    next: new Map(offsets.map(({ partition, offset }) => [partition, BigInt(offset ?? 0)])),
  };
}

interface Judged {
  readonly letter: DeadLetter;
  readonly fate: 'redriven' | 'fenced' | 'unreadable' | 'skipped';
  readonly scope?: ShopScope;
  readonly value?: Buffer;
}

interface Rules {
  readonly request: RedriveRequest;
  readonly topics: readonly string[];
  readonly known: readonly Progress[];
}

/** By headers first: the body of a letter that does not go is not looked at. */
async function judge(
  deps: RedriveDeps,
  { request, topics, known }: Rules,
  message: InMessage,
): Promise<Judged> {
  const letter = fromDeadLetter(message);
  const scope = scopeOfHeaders(letter.headers);
  const place = placeOf(message, letter);
  if (!takes(request, place) || isPassed(known, place)) {
    return { letter, fate: 'skipped' };
  }
  if (scope !== undefined && deps.fences.isFenced(scope.shopKey, scope.epoch)) {
    return { letter, fate: 'fenced' };
  }
  const isSendable = scope !== undefined && topics.includes(letter.topic);
  return isSendable ? await openLetter(deps, letter, scope) : { letter, fate: 'unreadable' };
}

function placeOf({ partition, offset }: InMessage, { reason, headers }: DeadLetter): LetterPlace {
  return { partition, offset: BigInt(offset), reason, shopKey: headers[HEADERS.shopKey] };
}

/**
 * A body that came sealed was parked as it came and goes as it came: opening it would send what the
 * connector sealed in clear. The hash of the letter tells which of the two it is.
 */
async function openLetter(
  deps: RedriveDeps,
  letter: DeadLetter,
  scope: ShopScope,
): Promise<Judged> {
  const { parked } = letter;
  if (parked === undefined) {
    return { letter, fate: 'unreadable', scope };
  }
  if (letter.isBody(parked)) {
    return { letter, fate: 'redriven', scope, value: parked };
  }
  const body = parseSealed(parked);
  if (body === undefined) {
    return { letter, fate: 'unreadable', scope };
  }
  const context: SealContext = {
    ceType: letter.headers[HEADERS.type] ?? '',
    ceId: letter.headers[HEADERS.id] ?? '',
    ...scope,
  };
  const [opened] = await deps.openMany([{ context, body }]);
  if (opened instanceof KeyShredded) {
    return { letter, fate: 'fenced', scope };
  }
  if (!Buffer.isBuffer(opened) || !letter.isBody(opened)) {
    deps.log.error({ ...scope, reason: letter.reason }, 'a dead letter does not open');
    return { letter, fate: 'unreadable', scope };
  }
  return { letter, fate: 'redriven', scope, value: opened };
}

const keyOf = ({ shopKey, epoch }: ShopScope): string => `${shopKey}:${String(epoch)}`;

/** Sends what may go; answers with the scopes that were closed by its end. */
async function send(deps: RedriveDeps, judged: readonly Judged[]): Promise<ReadonlySet<string>> {
  const ready = judged.flatMap(({ letter, scope, value }) =>
    scope === undefined || value === undefined ? [] : [{ letter, scope, value }],
  );
  const scopes = [...new Map(ready.map(({ scope }) => [keyOf(scope), scope])).values()];
  const { fenced } = await deps.fences.guardedChunk(scopes, async (open) => {
    const isOpen = new Set(open.map(keyOf));
    await deps.publish(
      ready
        .filter(({ scope }) => isOpen.has(keyOf(scope)))
        .map(({ letter: { topic, key, headers }, value }) => ({ topic, key, headers, value })),
    );
  });
  return new Set(fenced.map(keyOf));
}
