import { describe, expect, it } from '@jest/globals';
import { Secret } from '@tokometrics/kit';
import { createSignatureCheck } from './webhook-signature.ts';

const W1 = Buffer.from(
  '{"type":1,"tts_notification_id":"7380066284010030890","shop_id":"7495540735365777507","timestamp":1718305585,"data":{"is_on_hold_order":true,"order_id":"576653688135258178","order_status":"UNPAID","update_time":1718305585}}',
);
const W1_SIGN = '5dec0f11ec2f6783b8deee53c9ffbf8d024302f7c7e7fa55a35d17629031ac05';
const W2 = Buffer.from(
  '{"type":1,"shop_id":"7494726673780148744","timestamp":1664095733,"data":{"order_id":"576684019603311365","order_status":"AWAITING_SHIPMENT","update_time":1664095610}}',
);
const W3 = Buffer.from(
  '{"type":6,"tts_notification_id":"7327112393057371910","shop_id":"7494049642642441621","timestamp":1644412885,"data":{"message":"Shop_id 7494049642642441621 is deauthorized from your APP by merchant."}}',
);

describe('webhook signature', () => {
  it.each([
    ['W1', 'abcdef', '123', W1, W1_SIGN],
    [
      'W2',
      'fake_app_key',
      'fake_app_secret',
      W2,
      '21109834de72ec53c9959716d8514ae388ce1f123e5ffdcafc46713fcdf62b27',
    ],
    ['W3', 'abcdef', '123', W3, '3d168d090daf19fe2027cdb229c44a9b8e1b38049ce1f47ca1221f63e57d0cb0'],
  ])('accepts %s', (_name, appKey, secret, body, sign) => {
    expect(createSignatureCheck(appKey, [new Secret(secret)])(sign, body)).toBe(true);
  });

  it('accepts the secret before a rotation, and no other', () => {
    const check = createSignatureCheck('abcdef', [new Secret('456'), new Secret('123')]);
    expect(check(W1_SIGN, W1)).toBe(true);
    expect(createSignatureCheck('abcdef', [new Secret('456')])(W1_SIGN, W1)).toBe(false);
  });

  it('refuses a body that was written anew', () => {
    const again = Buffer.from(JSON.stringify(JSON.parse(W1.toString()), null, 1));
    expect(createSignatureCheck('abcdef', [new Secret('123')])(W1_SIGN, again)).toBe(false);
  });
});
