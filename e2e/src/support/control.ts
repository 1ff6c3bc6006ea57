export { createControl } from '@tokometrics/testkit';
export type { Control } from '@tokometrics/testkit';
