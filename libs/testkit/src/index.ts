export { engineEnv } from './engine-env.ts';
export type { EngineEnv } from './engine-env.ts';
export { repositoryRoot, startTestEngines } from './test-engines.ts';
export type { TestEnginesOptions } from './test-engines.ts';
export { createSuiteClickhouse, createSuiteVault, suiteNames } from './suite.ts';
export type { SuiteNames } from './suite.ts';
export { startServiceJob, startServiceProcess, suiteServiceEnv } from './service-process.ts';
export type { ServiceJob, ServiceProcess } from './service-process.ts';
export { eventually } from './eventually.ts';
export type { EventuallyOptions } from './eventually.ts';
export { freePort } from './free-port.ts';
export { createTestClock } from './test-clock.ts';
export type { TestClock } from './test-clock.ts';
export { createMemoryLog } from './memory-log.ts';
export type { MemoryLog } from './memory-log.ts';
export { startTestPassports } from './test-passports.ts';
export type { TestPassport, TestPassports } from './test-passports.ts';
export { startFaultProxy } from './fault-proxy.ts';
export type { FaultProxy, FaultProxyOptions } from './fault-proxy.ts';
export { startStatementProxy } from './statement-proxy.ts';
export type { StatementFate, StatementProxy } from './statement-proxy.ts';
export {
  aMerchantId,
  anAccountId,
  anOrderFact,
  aShopKey,
  aShopLifecycle,
  scopedHeaders,
} from './builders.ts';
export { ensurePki, startMailbox } from '@tokometrics/local';
export type { LocalPki, Mailbox } from '@tokometrics/local';
export { createControl } from './control.ts';
export type { Control } from './control.ts';
export { ALL_SCOPES, Merchant } from './merchant.ts';
export type { Answer } from './merchant.ts';
export { launchBrowser } from './browser.ts';
export { mailedToken, registerMerchant } from './register-merchant.ts';
export type { Reached } from './register-merchant.ts';
export { between, pick, seeded, shuffled } from './dice.ts';
export type { Dice } from './dice.ts';
export {
  CALM,
  createStep,
  Dead,
  liveUntilDone,
  Refused,
  turns,
  untilTaken,
} from './mortal-steps.ts';
export type { Life, Odds, Step } from './mortal-steps.ts';
export { goldenSamples } from './golden-samples.ts';
export type { GoldenSamples } from './golden-samples.ts';
