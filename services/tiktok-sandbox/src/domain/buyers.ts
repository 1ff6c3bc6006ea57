import type { Buyer } from './order.ts';

/** Invented people, made to be found: none of this may appear anywhere behind the connector. */
export interface BuyerContact {
  readonly name: string;
  readonly phone: string;
  readonly street: string;
  readonly email: string;
  readonly userId: string;
}

export function contactOf({ number, tag, isMasked }: Buyer): BuyerContact {
  const three = String(Number(number) % 1000).padStart(3, '0');
  return {
    name: isMasked ? 'P*********y' : `Piicanary ${tag}${number}`,
    phone: isMasked ? '(+44)***-***-1234' : `+44 7700 900${three}`,
    street: isMasked ? '*** ******' : `${number} Piicanary Road`,
    email: `piicanary${number}@chat.seller.tiktok.com`,
    userId: `7999${number.padStart(15, '0')}`,
  };
}
