import type { RetailIntake } from './retail/retail-intake.ts';
import { weeksToShift } from './retail/retail-orders.ts';
import { createRetailShop, type RetailShop } from './retail/retail-shop.ts';
import type { StateHandle } from './sandbox-state.ts';
import type { Shop, ShopKey, SyntheticKey } from './shop.ts';
import { PROFILES } from './synthetic/synthetic-profile.ts';
import { createSyntheticShop, type SyntheticShop } from './synthetic/synthetic-shop.ts';
import { createZone } from './zone-time.ts';

export interface RetailSource {
  readonly name: string;
  readonly sha256: string;
  readonly intake: RetailIntake;
}

export interface World {
  readonly source: RetailSource;
  /** That of the generator. */
  readonly seedText: string;
  readonly shops: () => ReadonlyMap<ShopKey, Shop>;
  readonly retail: () => RetailShop;
  readonly synthetic: (key: SyntheticKey) => SyntheticShop;
  /** The shops as of the state's seed instant; needed again after a reset. */
  readonly seed: () => void;
}

interface Built {
  readonly retail: RetailShop;
  readonly synthetic: Readonly<Record<SyntheticKey, SyntheticShop>>;
  readonly shops: ReadonlyMap<ShopKey, Shop>;
}

/** All shops of this sandbox; what they hold follows from the file, the seed and the seed instant. */
export function createWorld(
  source: RetailSource,
  generator: { readonly seed: string; readonly days: number },
  handle: StateHandle,
): World {
  const london = createZone('Europe/London');
  const build = (): Built => {
    const { seededAt } = handle.state;
    const weeks = weeksToShift(source.intake.kept, seededAt, london);
    const retail = createRetailShop(source.intake, weeks, london);
    const make = (key: SyntheticKey): SyntheticShop =>
      createSyntheticShop(PROFILES[key], {
        ...generator,
        seededAt,
        added: () =>
          handle.state.addedOrders.filter(({ shop }) => shop === key).map(({ at }) => at),
        rates: () => handle.state.orderRates,
      });
    const synthetic = { id: make('id'), us: make('us') };
    return {
      retail,
      synthetic,
      shops: new Map<ShopKey, Shop>([
        ['retail', retail],
        ['id', synthetic.id],
        ['us', synthetic.us],
      ]),
    };
  };
  let built = build();
  return {
    source,
    seedText: generator.seed,
    shops: () => built.shops,
    retail: () => built.retail,
    synthetic: (key) => built.synthetic[key],
    seed: () => {
      built = build();
    },
  };
}
