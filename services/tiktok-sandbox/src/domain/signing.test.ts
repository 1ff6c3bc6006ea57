import { describe, expect, it } from '@jest/globals';
import { signRequest, signWebhook } from './signing.ts';

type Query = Record<string, string>;

const GCP = 'GCP_XF90igAAAABh00qsWgtvOiGFNqyubMt3';
const ROW = 'ROW_xkMbgAAAeVAQra0eZWebFQq5aIK';
const SEARCH_BODY = '{"update_time_ge":1623808000,"update_time_lt":1623812000}';
const PAGE_TOKEN =
  '6AsPQsUMvH3RkchNUPPh22NROHkE0D8pmq/N5M1kHYcZmtRyv9aVrNv65W7Q6tFA+7D1ud64MPNz5OaT';
const SEARCH: Query = {
  app_key: '29a39d',
  page_size: '50',
  shop_cipher: GCP,
  sort_field: 'update_time',
  sort_order: 'ASC',
  timestamp: '1623812664',
};
const STATEMENTS: Query = {
  app_key: '29a39d',
  page_size: '20',
  page_token: PAGE_TOKEN,
  shop_cipher: GCP,
  sort_field: 'statement_time',
  sort_order: 'ASC',
  timestamp: '1623812664',
};
const EVENTS: Query = { app_key: '68xu9ks5p4i8', shop_cipher: ROW, timestamp: '1696909648' };

function sign(path: string, query: Query, body = '', secret = 'e59af819cc'): string {
  return signRequest(secret, { path, query: Object.entries(query), body: Buffer.from(body) });
}

describe('signRequest', () => {
  it.each<[string, string, Query, string, string, string]>([
    [
      'V1',
      '/authorization/202309/shops',
      { app_key: '29a39d', timestamp: '1623812664' },
      '',
      'e59af819cc',
      'b596b73e0cc6de07ac26f036364178ab16b0a907af13d43f0a0cd2345f582dc8',
    ],
    [
      'V1 with parameters that are not signed',
      '/authorization/202309/shops',
      { sign: 'y', app_key: '29a39d', access_token: 'x', timestamp: '1623812664' },
      '',
      'e59af819cc',
      'b596b73e0cc6de07ac26f036364178ab16b0a907af13d43f0a0cd2345f582dc8',
    ],
    [
      'V2',
      '/event/202309/webhooks',
      EVENTS,
      '',
      'e59af819cc',
      'ed58e1b5e59865c22a7b828c1cab65007441f43cc91a6cb2f2cdc638e0995a37',
    ],
    [
      'V3',
      '/event/202309/webhooks',
      EVENTS,
      '{"event_type":"PACKAGE_UPDATE","address":"https://partner.tiktokshop.com"}',
      'e59af819cc',
      '701dd6deb2389fe4c469b89bd37fc56f96a6da6afeb4d01c9077a65169752fa7',
    ],
    [
      'V4',
      '/test-api',
      { foo: 'bar' },
      '',
      'app_secret',
      'd3cb7fe11ecae942802ceeca67e7cf10120cc12f1517d45fbc1c8cfe5413c80f',
    ],
    [
      'V5',
      '/order/202309/orders/search',
      SEARCH,
      SEARCH_BODY,
      'e59af819cc',
      'ee7ffa2625ee35bef0bd7a0dfaca27f1183658a1fc921578a4e5f19ec09dad75',
    ],
    [
      'V6',
      '/order/202507/orders',
      {
        ids: '576461413038785752,577087614418520388',
        app_key: '29a39d',
        shop_cipher: GCP,
        timestamp: '1623812664',
      },
      '',
      'e59af819cc',
      '753505d7230d10d2f25af12e7484da7dd8b554ab3170dcfa0b166997065b2a09',
    ],
    [
      'V7',
      '/finance/202309/statements',
      STATEMENTS,
      '',
      'e59af819cc',
      'b764a37e528d965c60d2a8a743ca419d4e6e968dd97f0050e9e2869b233e1b54',
    ],
  ])('gives %s', (_name, path, query, body, secret, expected) => {
    expect(sign(path, query, body, secret)).toBe(expected);
  });

  it.each([
    [
      'N1, a space in the body',
      SEARCH,
      '{"update_time_ge": 1623808000,"update_time_lt":1623812000}',
      '668c90717bfe71ecb65c2e69276326bb9328a3ee49c1bb0a781c382930938655',
    ],
    [
      'N2, keys in another order',
      SEARCH,
      '{"update_time_lt":1623812000,"update_time_ge":1623808000}',
      'ad4f81fc3d03b2381b05b60bc6077acfa03ff627c745c5ec3997ea6289f046f8',
    ],
  ])('tells %s from the body that was sent', (_name, query, wrongBody, wrongSign) => {
    expect(sign('/order/202309/orders/search', query, wrongBody)).toBe(wrongSign);
    expect(sign('/order/202309/orders/search', query, SEARCH_BODY)).not.toBe(wrongSign);
  });

  it('tells N3, an encoded page token, from the raw one', () => {
    const encoded = { ...STATEMENTS, page_token: encodeURIComponent(PAGE_TOKEN) };
    const wrong = '196aa17169a10a25f000ffd12b91d9dc30bc8516c9a3076beea73edd463c112e';

    expect(sign('/finance/202309/statements', encoded)).toBe(wrong);
    expect(sign('/finance/202309/statements', STATEMENTS)).not.toBe(wrong);
  });
});

describe('signWebhook', () => {
  it.each([
    [
      'W1',
      'abcdef',
      '123',
      '{"type":1,"tts_notification_id":"7380066284010030890","shop_id":"7495540735365777507","timestamp":1718305585,"data":{"is_on_hold_order":true,"order_id":"576653688135258178","order_status":"UNPAID","update_time":1718305585}}',
      '5dec0f11ec2f6783b8deee53c9ffbf8d024302f7c7e7fa55a35d17629031ac05',
    ],
    [
      'W2',
      'fake_app_key',
      'fake_app_secret',
      '{"type":1,"shop_id":"7494726673780148744","timestamp":1664095733,"data":{"order_id":"576684019603311365","order_status":"AWAITING_SHIPMENT","update_time":1664095610}}',
      '21109834de72ec53c9959716d8514ae388ce1f123e5ffdcafc46713fcdf62b27',
    ],
    [
      'W3',
      'abcdef',
      '123',
      '{"type":6,"tts_notification_id":"7327112393057371910","shop_id":"7494049642642441621","timestamp":1644412885,"data":{"message":"Shop_id 7494049642642441621 is deauthorized from your APP by merchant."}}',
      '3d168d090daf19fe2027cdb229c44a9b8e1b38049ce1f47ca1221f63e57d0cb0',
    ],
  ])('gives %s', (_name, key, secret, body, expected) => {
    expect(signWebhook(key, secret, body)).toBe(expected);
  });
});
