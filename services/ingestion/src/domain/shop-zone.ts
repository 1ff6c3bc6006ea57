import { localDateOf, localHourStart } from '@tokometrics/contracts';

/** Local day and hour of an instant (epoch seconds) in the zone of the shop. */
export interface ShopZone {
  readonly zone: string;
}

/** The platform writes 0 for a time that has not come. */
export const orNull = (epochS: number | undefined): number | null =>
  epochS === undefined || epochS === 0 ? null : epochS;

export function dayOf({ zone }: ShopZone, epochS: number): string {
  return localDateOf(zone, epochS);
}

export function hourOf({ zone }: ShopZone, epochS: number): number {
  return localHourStart(zone, epochS);
}
