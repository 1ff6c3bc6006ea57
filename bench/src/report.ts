import { readFileSync } from 'node:fs';
import { arch, cpus, loadavg, platform, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { repositoryRoot } from '@tokometrics/testkit';

/** One measured figure. `anchor` is what it is held against, measured in the same run. */
export interface Row {
  readonly id: string;
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly anchor: string | null;
  readonly anchorValue: number | null;
  readonly ratio: number | null;
  readonly goal: string | null;
  readonly met: boolean | null;
}

export interface Goal {
  readonly atMost?: number;
  readonly atLeast?: number;
}

export interface Measured {
  readonly id: string;
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly anchor?: { readonly what: string; readonly value: number };
  readonly goal?: Goal;
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}

export function rowOf({ id, what, value, unit, anchor, goal }: Measured): Row {
  const { atMost, atLeast } = goal ?? {};
  const isMet =
    (atMost === undefined || value <= atMost) && (atLeast === undefined || value >= atLeast);
  return {
    id,
    what,
    value: round(value),
    unit,
    anchor: anchor?.what ?? null,
    anchorValue: anchor === undefined ? null : round(anchor.value),
    ratio: anchor === undefined || anchor.value === 0 ? null : round(value / anchor.value),
    goal: goal === undefined ? null : goalText(atMost, atLeast, unit),
    met: goal === undefined ? null : isMet,
  };
}

function goalText(atMost: number | undefined, atLeast: number | undefined, unit: string): string {
  return [
    ...(atLeast === undefined ? [] : [`≥ ${legible(atLeast)} ${unit}`]),
    ...(atMost === undefined ? [] : [`≤ ${legible(atMost)} ${unit}`]),
  ].join(', ');
}

/** A bound that was reckoned from what was measured, without the digits that say nothing. */
const legible = (bound: number): string => String(Number(bound.toPrecision(6)));

export interface Machine {
  readonly processors: number;
  readonly model: string;
  readonly memoryGb: number;
  readonly system: string;
  /** Others' work on the machine before the run, as the load of one minute. */
  readonly loadBefore: number;
}

export function machine(): Machine {
  return {
    processors: cpus().length,
    model: cpus()[0]?.model ?? 'unknown',
    memoryGb: round(totalmem() / 1e9),
    system: `${platform()} ${release()} ${arch()}`,
    loadBefore: round(loadavg()[0] ?? 0),
  };
}

/** What the figures were measured with, as the lock files of packages and engines have it. */
export function versions(): Record<string, string> {
  const fetching = readFileSync(
    join(repositoryRoot, 'deploy', 'local', 'src', 'engines', 'fetch.ts'),
    'utf8',
  );
  const pinned = (name: string) => new RegExp(`${name} = '([^']+)'`).exec(fetching)?.[1] ?? 'given';
  const lock = readFileSync(join(repositoryRoot, 'package-lock.json'), 'utf8');
  const locked = (name: string) =>
    new RegExp(`"node_modules/${name}": \\{\\s+"version": "([^"]+)"`).exec(lock)?.[1] ?? 'unknown';
  return {
    node: process.version.slice(1),
    kafka: pinned('KAFKA_VERSION'),
    openbao: pinned('OPENBAO_VERSION'),
    'mongo-java-server': pinned('MONGO_VERSION'),
    chdb: locked('chdb'),
    kafkajs: locked('kafkajs'),
    mongoose: locked('mongoose'),
  };
}

const COLUMNS = ['id', 'what', 'value', 'held against', 'ratio', 'goal', 'met'] as const;

function cells(row: Row): string[] {
  return [
    row.id,
    row.what,
    `${String(row.value)} ${row.unit}`,
    row.anchor === null ? '–' : `${row.anchor}: ${String(row.anchorValue)}`,
    row.ratio === null ? '–' : String(row.ratio),
    row.goal ?? '–',
    row.met === null ? '–' : row.met ? 'yes' : 'no',
  ];
}

export function table(rows: readonly Row[]): string {
  const lines = [[...COLUMNS], ...rows.map(cells)];
  const widths = COLUMNS.map((_, at) => Math.max(...lines.map((line) => (line[at] ?? '').length)));
  const text = (line: readonly string[]) =>
    `| ${line.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  const [head = [], ...body] = lines;
  return [text(head), rule, ...body.map(text)].join('\n');
}
