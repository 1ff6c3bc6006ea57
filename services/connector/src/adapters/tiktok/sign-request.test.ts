import { describe, expect, it } from '@jest/globals';
import { signRequest } from './sign-request.ts';

const SECRET = 'e59af819cc';
const CIPHER = 'GCP_XF90igAAAABh00qsWgtvOiGFNqyubMt3';
const SEARCH = {
  path: '/order/202309/orders/search',
  query: {
    app_key: '29a39d',
    page_size: '50',
    shop_cipher: CIPHER,
    sort_field: 'update_time',
    sort_order: 'ASC',
    timestamp: '1623812664',
  },
};
const body = (text: string): Buffer => Buffer.from(text);
const PAGE_TOKEN =
  '6AsPQsUMvH3RkchNUPPh22NROHkE0D8pmq/N5M1kHYcZmtRyv9aVrNv65W7Q6tFA+7D1ud64MPNz5OaT';
const STATEMENTS = {
  path: '/finance/202309/statements',
  query: {
    app_key: '29a39d',
    page_size: '20',
    page_token: PAGE_TOKEN,
    shop_cipher: CIPHER,
    sort_field: 'statement_time',
    sort_order: 'ASC',
    timestamp: '1623812664',
  },
};

describe('signRequest', () => {
  it.each([
    {
      name: 'V1',
      request: {
        path: '/authorization/202309/shops',
        query: { app_key: '29a39d', timestamp: '1623812664' },
      },
      sign: 'b596b73e0cc6de07ac26f036364178ab16b0a907af13d43f0a0cd2345f582dc8',
    },
    {
      name: 'V2',
      request: {
        path: '/event/202309/webhooks',
        query: {
          app_key: '68xu9ks5p4i8',
          shop_cipher: 'ROW_xkMbgAAAeVAQra0eZWebFQq5aIK',
          timestamp: '1696909648',
        },
      },
      sign: 'ed58e1b5e59865c22a7b828c1cab65007441f43cc91a6cb2f2cdc638e0995a37',
    },
    {
      name: 'V3',
      request: {
        path: '/event/202309/webhooks',
        query: {
          app_key: '68xu9ks5p4i8',
          shop_cipher: 'ROW_xkMbgAAAeVAQra0eZWebFQq5aIK',
          timestamp: '1696909648',
        },
        body: body('{"event_type":"PACKAGE_UPDATE","address":"https://partner.tiktokshop.com"}'),
      },
      sign: '701dd6deb2389fe4c469b89bd37fc56f96a6da6afeb4d01c9077a65169752fa7',
    },
    {
      name: 'V5',
      request: {
        ...SEARCH,
        body: body('{"update_time_ge":1623808000,"update_time_lt":1623812000}'),
      },
      sign: 'ee7ffa2625ee35bef0bd7a0dfaca27f1183658a1fc921578a4e5f19ec09dad75',
    },
    {
      name: 'V6',
      request: {
        path: '/order/202507/orders',
        query: {
          app_key: '29a39d',
          ids: '576461413038785752,577087614418520388',
          shop_cipher: CIPHER,
          timestamp: '1623812664',
        },
      },
      sign: '753505d7230d10d2f25af12e7484da7dd8b554ab3170dcfa0b166997065b2a09',
    },
    {
      name: 'V7, whose page token holds / and +',
      request: STATEMENTS,
      sign: 'b764a37e528d965c60d2a8a743ca419d4e6e968dd97f0050e9e2869b233e1b54',
    },
  ])('gives the known signature of $name', ({ request, sign }) => {
    expect(signRequest(SECRET, request)).toBe(sign);
  });

  it('gives the known signature of V4, under another secret', () => {
    expect(signRequest('app_secret', { path: '/test-api', query: { foo: 'bar' } })).toBe(
      'd3cb7fe11ecae942802ceeca67e7cf10120cc12f1517d45fbc1c8cfe5413c80f',
    );
  });

  it('leaves sign and access_token out', () => {
    const query = {
      app_key: '29a39d',
      timestamp: '1623812664',
      access_token: 'x',
      sign: 'y',
    };
    expect(signRequest(SECRET, { path: '/authorization/202309/shops', query })).toBe(
      'b596b73e0cc6de07ac26f036364178ab16b0a907af13d43f0a0cd2345f582dc8',
    );
  });

  it.each([
    {
      mistake: 'a space in the body',
      request: {
        ...SEARCH,
        body: body('{"update_time_ge": 1623808000,"update_time_lt":1623812000}'),
      },
      wrong: '668c90717bfe71ecb65c2e69276326bb9328a3ee49c1bb0a781c382930938655',
    },
    {
      mistake: 'body keys swapped',
      request: {
        ...SEARCH,
        body: body('{"update_time_lt":1623812000,"update_time_ge":1623808000}'),
      },
      wrong: 'ad4f81fc3d03b2381b05b60bc6077acfa03ff627c745c5ec3997ea6289f046f8',
    },
    {
      mistake: 'an encoded page token',
      request: {
        ...STATEMENTS,
        query: { ...STATEMENTS.query, page_token: encodeURIComponent(PAGE_TOKEN) },
      },
      wrong: '196aa17169a10a25f000ffd12b91d9dc30bc8516c9a3076beea73edd463c112e',
    },
  ])('depends on every byte: $mistake is another signature', ({ request, wrong }) => {
    expect(signRequest(SECRET, request)).toBe(wrong);
  });
});
