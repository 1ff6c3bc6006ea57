export { mailedToken, registerMerchant } from '@tokometrics/testkit';
