/** A service as the launcher knows it; its own code says the rest. */
export interface ServiceEntry {
  readonly name: string;
  /** Ports that it listens on besides PORT and OPS_PORT, as environment keys. */
  readonly otherPorts?: readonly string[];
  /** Stopped before the others: what comes in ends first. All start at once. */
  readonly isEdge?: boolean;
  /** No Vault, no Kafka, no stores: it stands outside the system. */
  readonly isOutside?: boolean;
  /** Megabytes of memory, per half, for what has just been made (default 4). */
  readonly youngMb?: number;
  /** Its program also sends again what it keeps, as a job (`replay`), under this role of Vault. */
  readonly replayRole?: string;
  /** Vault principals besides its own, and the keys under which it gets them. */
  readonly otherRoles?: Readonly<Record<string, string>>;
}

export const SERVICES: readonly ServiceEntry[] = [
  { name: 'identity' },
  // A page of orders takes megabytes, several are at hand, and most of each is dropped at once.
  { name: 'connector', youngMb: 16 },
  { name: 'ingestion', replayRole: 'ingestion' },
  // The service itself may seal what it parks, but not open it.
  { name: 'analytics', replayRole: 'analytics-replay' },
  {
    name: 'privacy',
    otherPorts: ['DPO_PORT'],
    otherRoles: { 'privacy-verifier': 'VERIFIER_VAULT' },
  },
  { name: 'tiktok-sandbox', otherPorts: ['CONTROL_PORT'], isOutside: true },
  { name: 'gateway', isEdge: true },
];

/** `tiktok-sandbox` is addressed by TIKTOK_SANDBOX_URL, and so on. */
export function urlKeyOf(name: string): string {
  return `${name.toUpperCase().replaceAll('-', '_')}_URL`;
}
