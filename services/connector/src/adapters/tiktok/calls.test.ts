import { describe, expect, it } from '@jest/globals';
import { buildPath, isAllowed, parseVersions } from './calls.ts';

describe('the allow-list', () => {
  it.each([
    ['GET', '/authorization/202309/shops'],
    ['POST', '/order/202309/orders/search'],
    ['GET', '/order/202507/orders'],
    ['POST', '/product/202502/products/search'],
    ['POST', '/product/202309/inventory/search'],
    ['GET', '/finance/202309/statements'],
    ['GET', '/finance/202501/statements/7238804564097517339/statement_transactions'],
    ['GET', '/finance/202309/payments'],
    ['GET', '/finance/202507/orders/unsettled'],
    ['DELETE', '/authorization/202403/shops'],
    ['GET', '/api/v2/token/get'],
    ['GET', '/api/v2/token/refresh'],
  ])('lets %s %s pass', (method, path) => {
    expect(isAllowed(method, path)).toBe(true);
  });

  it.each([
    ['DELETE', '/order/202309/orders'],
    ['DELETE', '/authorization/202403/shops/7495514739849136137'],
    ['POST', '/authorization/202309/shops'],
    ['GET', '/order/202309/orders/search'],
    ['PUT', '/order/202309/orders/search'],
    ['POST', '/order/202309/orders/search/../../orders'],
    ['POST', '/order/202309/orders/search/'],
    ['POST', '/fulfillment/202309/orders/576461413038785752/packages'],
    ['GET', '/event/202309/webhooks'],
    ['GET', '/finance/202501/statements/1/statement_transactions'],
    ['GET', '/finance/202501/statements/7238804564097517339/statement_transactions?x=1'],
    ['POST', '/product/202309/inventory/update'],
    ['POST', '/product/202309/products/1729352000000000001/inventory/update'],
    ['POST', '/finance/202309/payments'],
    ['GET', '/finance/202507/orders/unsettled/576461413038785752'],
    ['GET', '/finance/202309/withdrawals'],
    ['GET', '/order/202407/orders/576461413038785752/price_detail'],
  ])('stops %s %s', (method, path) => {
    expect(isAllowed(method, path)).toBe(false);
  });

  it('builds paths from checked digits alone', () => {
    expect(buildPath('statements.transactions', { statement_id: '7238804564097517339' })).toBe(
      '/finance/202501/statements/7238804564097517339/statement_transactions',
    );
    for (const id of [
      '../../orders',
      '1',
      '',
      '7238804564097517339/x',
      '72388045640975173391234',
    ]) {
      expect(() => buildPath('statements.transactions', { statement_id: id })).toThrow(TypeError);
    }
  });

  it('takes another version of a call from the settings', () => {
    const versions = parseVersions('orders.detail=202309');
    expect(buildPath('orders.detail', {}, versions)).toBe('/order/202309/orders');
    expect(() => parseVersions('orders.cancel=202309')).toThrow(TypeError);
    expect(() => parseVersions('orders.detail=latest')).toThrow(TypeError);
  });
});
