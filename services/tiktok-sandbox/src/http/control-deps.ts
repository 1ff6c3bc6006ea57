import type { Deauthorize } from '../domain/deauthorize.ts';
import type { Outbox } from '../domain/webhook-outbox.ts';
import type { CallLog } from '../domain/call-log.ts';
import type { FaultPlan } from '../domain/faults.ts';
import type { Grants } from '../domain/grants.ts';
import type { SandboxClock } from '../domain/sandbox-clock.ts';
import type { SandboxState, StateHandle } from '../domain/sandbox-state.ts';
import type { Shop } from '../domain/shop.ts';
import type { World } from '../domain/world.ts';

export interface ControlDeps {
  readonly handle: StateHandle;
  readonly clock: SandboxClock;
  readonly world: World;
  readonly grants: Grants;
  readonly faults: FaultPlan;
  readonly calls: CallLog;
  readonly outbox: Outbox;
  readonly deauthorize: Deauthorize;
  readonly freshState: () => SandboxState;
}

/** A shop by its key (`retail`) or its id. */
export function findShop(world: World, name: string): Shop | undefined {
  return [...world.shops().values()].find(({ facts }) => facts.key === name || facts.id === name);
}
