import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../../contracts/schemas/', import.meta.url));
const SAMPLES = /^(\d+)\.samples\.json$/;

export interface GoldenSamples {
  /** The minor version that they were written by. */
  readonly version: number;
  readonly records: readonly unknown[];
}

/**
 * Records of an event in every version that there has been of it, the first one first: what a reader of
 * today must still read. `name` as in the contracts' `schemas/`; throws where there is none of it.
 */
export function goldenSamples(name: string): GoldenSamples[] {
  return readdirSync(`${FOLDER}${name}`)
    .flatMap((file) => {
      const version = SAMPLES.exec(file)?.[1];
      const text = version === undefined ? '' : readFileSync(`${FOLDER}${name}/${file}`, 'utf8');
      return version === undefined
        ? []
        : [{ version: Number(version), records: JSON.parse(text) as unknown[] }];
    })
    .sort((one, other) => one.version - other.version);
}
