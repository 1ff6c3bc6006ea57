export { Merchant } from '@tokometrics/testkit';
export type { Answer } from '@tokometrics/testkit';
