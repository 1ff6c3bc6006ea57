import type { MetricValue } from '@tokometrics/contracts';

export type Stated = Pick<MetricValue, 'state' | 'lacks'>;

/** Whether days of what is shown are still to be read: then nothing of it is called complete. */
export const isLoading = (values: readonly Stated[]): boolean =>
  values.some(({ state, lacks }) => state === 'backfilling' || lacks?.includes('history') === true);

/** Whether what is shown lacks records that could not be understood. */
export const isMissing = (values: readonly Stated[]): boolean =>
  values.some(({ state, lacks }) => state === 'incomplete' || lacks?.includes('records') === true);

type Words = Readonly<Record<'doubt' | 'loading' | 'missing' | 'open', string>>;

/** All that keeps a number from being final, worst first: a worse state hides none of the others. */
export function wordsOf(value: Stated, words: Words): string[] {
  return [
    ...(value.state === 'source_inconsistent' ? [words.doubt] : []),
    ...(isLoading([value]) ? [words.loading] : []),
    ...(isMissing([value]) ? [words.missing] : []),
    ...(value.state === 'partial' ? [words.open] : []),
  ];
}

/** The same in a sentence; undefined of a number that is complete. `to` is where its time ends. */
export function stateText(value: Stated, to?: string): string | undefined {
  const words = wordsOf(value, {
    doubt: 'the source contradicts itself',
    loading: 'history is still loading',
    missing: 'records that could not be understood are missing',
    open: openText(to),
  });
  return words.length === 0 ? undefined : words.join(', ');
}

function openText(to: string | undefined): string {
  if (to === undefined) {
    return 'not over, or not read to its end yet';
  }
  return Date.parse(to) > Date.now() ? 'not over yet' : 'not read to its end yet';
}
