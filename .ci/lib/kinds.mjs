/** The kinds of test files by their names; every file is of exactly one kind. */
const ENDS = {
  int: ['int.test.ts'],
  browser: ['browser.e2e.test.ts'],
  year: ['year.e2e.test.ts'],
  fault: ['fault.test.ts', 'fault.e2e.test.ts'],
  e2e: ['e2e.test.ts'],
  unit: ['test.ts', 'test.tsx'],
};

const KINDS = Object.keys(ENDS);
/** Kinds whose tests use the shared set of engines. */
export const WITH_ENGINES = ['int', 'e2e', 'browser', 'year'];

export function kindOf(file) {
  return KINDS.find((kind) => ENDS[kind].some((end) => file.endsWith(`.${end}`)));
}
