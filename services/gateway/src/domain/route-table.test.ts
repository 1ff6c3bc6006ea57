import { describe, expect, it } from '@jest/globals';
import { matchRoute, PROXY_ROUTES } from './route-table.ts';

const shop = '01J8Z3K4M5N6P7Q8R9S0T1V2W3';

describe('matchRoute', () => {
  it('sends the disconnect to privacy and all else of a shop to the connector', () => {
    expect(matchRoute('DELETE', `/shops/${shop}/connection`)).toMatchObject({
      route: { service: 'privacy', session: 'required' },
      target: `/v1/shops/${shop}/connection`,
    });
    expect(matchRoute('GET', `/shops/${shop}/sync`)).toMatchObject({
      route: { service: 'connector' },
    });
  });

  it('renames what a service calls otherwise', () => {
    expect(matchRoute('GET', '/privacy/policy')).toMatchObject({ target: '/v1/policies' });
  });

  it('tells the ranking of products from one of them', () => {
    expect(matchRoute('GET', '/metrics/products')).toMatchObject({
      target: '/v1/metrics/products',
    });
    expect(matchRoute('GET', '/metrics/products/1729352000000000001')).toMatchObject({
      route: { service: 'analytics', session: 'required' },
      target: '/v1/metrics/products/1729352000000000001',
    });
  });

  it('knows the methods of a path', () => {
    expect(matchRoute('GET', `/shops/${shop}/connection`)).toEqual({ allowed: ['DELETE'] });
    expect(matchRoute('GET', '/nowhere')).toEqual({ allowed: [] });
  });

  it.each(['/shops/..%2fadmin/sync', '/shops/a b/sync', '/shops//sync', '/shops/a/b/c/sync'])(
    'does not know %s',
    (path) => {
      expect(matchRoute('GET', path)).toEqual({ allowed: [] });
    },
  );

  it('reaches no path of a service that is meant for the gateway alone', () => {
    const targets = PROXY_ROUTES.map((route) => route.target ?? route.path);

    expect(targets.filter((path) => /sessions|passport/.test(path))).toEqual([]);
  });
});
