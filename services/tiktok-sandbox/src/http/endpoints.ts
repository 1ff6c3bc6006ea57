import type { Shop } from '../domain/shop.ts';
import type { Endpoint } from './api-call.ts';
import { deauthorizeShop } from './endpoints/deauthorize-shop.ts';
import { getAuthorizedShops } from './endpoints/get-authorized-shops.ts';
import { getOrders } from './endpoints/get-orders.ts';
import { getPriceDetail } from './endpoints/get-price-detail.ts';
import { getProduct } from './endpoints/get-product.ts';
import { getSellerShops } from './endpoints/get-seller-shops.ts';
import { listOrderTransactions } from './endpoints/list-order-transactions.ts';
import { listPayments } from './endpoints/list-payments.ts';
import { listStatementTransactions } from './endpoints/list-statement-transactions.ts';
import { listStatements } from './endpoints/list-statements.ts';
import { listUnsettled } from './endpoints/list-unsettled.ts';
import { listWithdrawals } from './endpoints/list-withdrawals.ts';
import { searchCancellations, searchReturns } from './endpoints/search-reversals.ts';
import { searchInventory } from './endpoints/search-inventory.ts';
import { searchOrders } from './endpoints/search-orders.ts';
import { searchProducts } from './endpoints/search-products.ts';

/** All that is served; a path that writes anything to a shop is not among them. */
export function createEndpoints(deauthorize: (shop: Shop) => unknown): readonly Endpoint[] {
  return [
    getAuthorizedShops,
    getSellerShops,
    searchOrders,
    getOrders,
    getPriceDetail,
    searchCancellations,
    searchReturns,
    searchProducts,
    getProduct,
    searchInventory,
    listStatements,
    listStatementTransactions,
    listOrderTransactions,
    listPayments,
    listWithdrawals,
    listUnsettled,
    deauthorizeShop(deauthorize),
  ];
}
