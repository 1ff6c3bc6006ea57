export { launchBrowser } from '@tokometrics/testkit';
