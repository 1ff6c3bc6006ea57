/** A service as the launcher knows it; its own code says the rest. */
export interface ServiceEntry {
  readonly name: string;
  /** Ports that it listens on besides PORT and OPS_PORT, as environment keys. */
  readonly otherPorts?: readonly string[];
  /** Services of a later wave start when those before serve. */
  readonly wave: 1 | 2;
  /** No Vault, no Kafka, no stores: it stands outside the system. */
  readonly isOutside?: boolean;
  /** Vault principals besides its own, and the keys under which it gets them. */
  readonly otherRoles?: Readonly<Record<string, string>>;
}

/** In the order in which they are started; stopped in reverse. */
export const SERVICES: readonly ServiceEntry[] = [
  { name: 'identity', wave: 1 },
  { name: 'connector', wave: 1 },
  { name: 'ingestion', wave: 1 },
  { name: 'analytics', wave: 1 },
  {
    name: 'privacy',
    wave: 1,
    otherPorts: ['DPO_PORT'],
    otherRoles: { 'privacy-verifier': 'VERIFIER_VAULT' },
  },
  { name: 'tiktok-sandbox', wave: 1, otherPorts: ['CONTROL_PORT'], isOutside: true },
  { name: 'gateway', wave: 2 },
];

/** `tiktok-sandbox` is addressed by TIKTOK_SANDBOX_URL, and so on. */
export function urlKeyOf(name: string): string {
  return `${name.toUpperCase().replaceAll('-', '_')}_URL`;
}
