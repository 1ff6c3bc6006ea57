import { freshnessReply } from '@tokometrics/contracts';
import type { Shop } from '@tokometrics/contracts';
import { queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import { call } from './client.ts';

/** A shop as it was connected this time: what is known of an earlier time says nothing of it. */
export type Connection = Pick<Shop, 'shopKey' | 'epoch'>;
export type Freshness = z.infer<typeof freshnessReply>['items'];

/** What is in the figures. It lies among them, so that the notices that make those old reach it too. */
export const freshnessQuery = ({ shopKey, epoch }: Connection) =>
  queryOptions({
    queryKey: ['shop', shopKey, 'figures', 'freshness', epoch],
    queryFn: async ({ signal }) =>
      (await call(freshnessReply, '/freshness', { query: { shop: shopKey }, signal })).items,
  });
