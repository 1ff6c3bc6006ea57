export type MailTemplate =
  | 'verify_address'
  | 'already_registered'
  | 'shop_connected'
  | 'shop_connected_twice'
  | 'shop_deauthorized'
  | 'shop_disconnected'
  | 'erasure_receipt';

/** One mail to be sent; asked for twice under the same id it is sent once. */
export interface Mail {
  readonly mailId?: string;
  readonly accountId: string;
  readonly template: MailTemplate;
  /** Within the product; the outbox puts the public address before it. */
  readonly path: string;
}

export interface MailText {
  readonly subject: string;
  readonly text: string;
}

interface Part {
  readonly subject: string;
  readonly lines: readonly string[];
  /** What the link does, in words; null where the mail needs none. */
  readonly link: string | null;
}

/** Transactional mail alone, in plain text: no figures, no pictures, no tracking. */
const TEXTS: Readonly<Record<MailTemplate, Part>> = {
  verify_address: {
    subject: 'Confirm your e-mail address',
    lines: [
      'Somebody, we hope you, opened a TokoMetrics account with this address.',
      'The link works for 24 hours and only once. If it was not you, do nothing: the account stays closed.',
    ],
    link: 'Confirm this address',
  },
  already_registered: {
    subject: 'You already have an account',
    lines: [
      'Somebody tried to open a TokoMetrics account with this address, which has one already.',
      'If it was you, sign in. If not, there is nothing to do.',
    ],
    link: 'Sign in',
  },
  shop_connected: {
    subject: 'A shop was connected',
    lines: [
      'A TikTok Shop was connected to your TokoMetrics account. We may read it and never change it.',
      'If it was not you, disconnect it at once; everything read is then erased.',
    ],
    link: 'See what we hold',
  },
  shop_connected_twice: {
    subject: 'A shop of yours has a second reader',
    lines: [
      'A TikTok Shop that is connected to your TokoMetrics account is now connected to another account too.',
      'TikTok Shop asked its seller for consent. Neither account sees the other, and either may leave alone.',
      'If you know of no second account, look at the authorized apps in Seller Center.',
    ],
    link: 'See your shops',
  },
  shop_deauthorized: {
    subject: 'Access to a shop was ended at TikTok Shop',
    lines: [
      'TikTok Shop has confirmed that our access to a shop of yours was ended there.',
      'As at a disconnection, its access tokens are destroyed and its data is erased. A signed receipt follows.',
      'If this was not your wish, connect the shop again.',
    ],
    link: 'Follow the erasure',
  },
  shop_disconnected: {
    subject: 'A shop was disconnected',
    lines: [
      'A TikTok Shop was disconnected. Its access tokens are destroyed, and its data is being erased.',
      'A signed receipt follows when every store has been checked.',
    ],
    link: 'Follow the erasure',
  },
  erasure_receipt: {
    subject: 'Your erasure receipt is ready',
    lines: [
      'The data of a disconnected shop has been erased and checked. The receipt is signed.',
      'Anyone can verify it offline, without asking us.',
    ],
    link: 'Get the receipt',
  },
};

export function renderMail(template: MailTemplate, link: string): MailText {
  const { subject, lines, link: action } = TEXTS[template];
  const body = action === null ? lines : [...lines, `${action}: ${link}`];
  return {
    subject,
    text: `${body.join('\n\n')}\n\nTokoMetrics. Questions about your data: privacy@tokometrics.com\n`,
  };
}
