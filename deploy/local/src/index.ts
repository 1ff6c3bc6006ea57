export { startEngines } from './engines/start-engines.ts';
export type { Engines, StartEnginesOptions } from './engines/start-engines.ts';
export type { EngineHandle, EngineName, Log } from './engines/engine.ts';
export { bootstrapVault } from './vault/bootstrap.ts';
export type { AppRole, BootstrapVaultOptions } from './vault/bootstrap.ts';
export { startServices } from './services/start-services.ts';
export type { ServiceHandle, Services, StartServicesOptions } from './services/start-services.ts';
export { ensurePki } from './pki/ensure-pki.ts';
export type { CertificateFiles, LocalPki } from './pki/ensure-pki.ts';
