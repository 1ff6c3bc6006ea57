import type { RetailIntake } from './retail/retail-intake.ts';
import { weeksToShift } from './retail/retail-orders.ts';
import { createRetailShop, type RetailShop } from './retail/retail-shop.ts';
import type { StateHandle } from './sandbox-state.ts';
import type { Shop, ShopKey } from './shop.ts';
import { createZone } from './zone-time.ts';

export interface RetailSource {
  readonly name: string;
  readonly sha256: string;
  readonly intake: RetailIntake;
}

export interface World {
  readonly source: RetailSource;
  readonly shops: () => ReadonlyMap<ShopKey, Shop>;
  readonly retail: () => RetailShop;
  /** The shops as of the state's seed instant; needed again after a reset. */
  readonly seed: () => void;
}

/** All shops of this sandbox; what they hold follows from the file, the seed and the seed instant. */
export function createWorld(source: RetailSource, handle: StateHandle): World {
  const london = createZone('Europe/London');
  const build = (): { retail: RetailShop; shops: Map<ShopKey, Shop> } => {
    const weeks = weeksToShift(source.intake.kept, handle.state.seededAt, london);
    const retail = createRetailShop(source.intake, weeks, london);
    return { retail, shops: new Map<ShopKey, Shop>([['retail', retail]]) };
  };
  let built = build();
  return {
    source,
    shops: () => built.shops,
    retail: () => built.retail,
    seed: () => {
      built = build();
    },
  };
}
