export interface PolicySection {
  readonly id: string;
  readonly title: string;
  readonly paragraphs: readonly string[];
}

export interface Policy {
  readonly version: string;
  readonly effectiveAt: string;
  readonly contact: string;
  readonly sections: readonly PolicySection[];
}

/** The privacy policy as data: shown by the dashboard, hashed by privacy, named in every receipt. */
export const POLICY: Policy = {
  version: '2026-02-12',
  effectiveAt: '2026-02-12T00:00:00.000Z',
  contact: 'privacy@tokometrics.com',
  sections: [
    {
      id: '1',
      title: 'Who we are and what this policy covers',
      paragraphs: [
        'In short: TokoMetrics is an analytics dashboard for merchants. It connects to TikTok Shop through the official TikTok Shop API, reads only what you explicitly authorize, never sells your data, and you can end its access at any time.',
        'TokoMetrics ("we", "us", "our") runs the TokoMetrics service, a dashboard for business analytics and management made for TikTok Shop merchants (the "Service"). This policy tells you how information is collected, used, disclosed and protected when you use the Service.',
        'Using TokoMetrics means that you agree to information being collected and used as written here. If you do not agree, please do not use the Service.',
      ],
    },
    {
      id: '2',
      title: 'What we collect',
      paragraphs: [
        '2.1 Account. When you register we collect your name and e-mail address; your password, which we keep only as an irreversible cryptographic hash and never in plain text; and your preferences and settings.',
        "2.2 TikTok Shop data. When you connect a shop, and only with your explicit authorization through TikTok's official OAuth flow, we read on your behalf alone:",
        'shop.base.read: profile and settings of the shop, to show its name, status and currency.',
        'order.base.read: orders with their IDs, amounts and status, for order analytics and reports.',
        'product.base.read: product listings and inventory, to rank how products perform.',
        'finance.data.read: revenue and financial metrics, to follow revenue and watch targets.',
        'The permissions that we ask for are read-only. TokoMetrics never changes, deletes or writes anything in your TikTok Shop account.',
        '2.3 Usage. While you use the Service, some technical information is collected automatically: IP address, browser type and operating system; the pages you visit, the features you use and the time you spend on each page; device identifiers and session tokens.',
        '2.4 Cookies. The only cookies are those that are strictly necessary to keep you signed in. There are no advertising cookies and no tracking pixels.',
      ],
    },
    {
      id: '3',
      title: 'What we use it for',
      paragraphs: [
        'The information is used for these purposes and no others:',
        'to provide, run and maintain the TokoMetrics dashboard;',
        'to show analytics, performance metrics and reports inside your account;',
        'to confirm who you are and keep sessions secure;',
        'to send transactional e-mail, such as password resets and security alerts;',
        'to detect and prevent fraud and unauthorized access;',
        'to meet legal obligations;',
        'to improve how reliable and fast the Service is.',
        'We do not sell, rent, trade or share your personal data or your TikTok Shop data with third parties for marketing or advertising.',
      ],
    },
    {
      id: '4',
      title: 'How TikTok Shop data is treated',
      paragraphs: [
        'TikTok Shop data is accessed strictly as the TikTok Shop Partner Program Terms and the TikTok Shop API Developer Agreement allow.',
        'It is used only for features that you asked for within TokoMetrics.',
        'It is never passed to services of third parties, except as far as the core of the Service needs it.',
        'It is not used to build user profiles for advertising.',
        'It is not combined with data from other sources to infer sensitive information.',
        "Access tokens are stored encrypted and are renewed through TikTok's OAuth refresh flow.",
        "You can withdraw TokoMetrics's access to your TikTok Shop at any time in TikTok's authorization settings.",
      ],
    },
    {
      id: '5',
      title: 'Where data is kept and how it is protected',
      paragraphs: [
        'Your data is kept on secured servers, protected to the standards of the industry, which include:',
        'encryption by TLS/HTTPS of all data in transit;',
        'AES-256 encryption of sensitive data at rest, such as access tokens and credentials;',
        'bcrypt hashing of every password;',
        'regular security audits and vulnerability assessments;',
        'strict access control: only authorized personnel can reach production systems.',
      ],
    },
    {
      id: '6',
      title: 'How long data is kept',
      paragraphs: [
        "Account data: as long as you have an account; deleted within 30 days of the account's deletion.",
        'TikTok Shop data: kept for your analytics history, up to 2 years, or until you disconnect the shop or delete your account.',
        'Usage logs: kept for 90 days, for security and debugging.',
        'OAuth tokens: deleted immediately when a shop is disconnected or the account is deleted.',
      ],
    },
    {
      id: '7',
      title: 'When data is shared or disclosed',
      paragraphs: [
        'We do not sell your personal data. Data may be shared only in these limited cases:',
        'Service providers: trusted companies may help us run our infrastructure, for example for cloud hosting or the delivery of e-mail.',
        'Legal requirements: we may disclose your information where the law, a court order or a governmental authority requires it.',
        'Business transfers: if there is a merger, an acquisition or a sale of assets, you are notified before your data is transferred.',
      ],
    },
    {
      id: '8',
      title: 'Your rights',
      paragraphs: [
        'Depending on where you live, you may have these rights:',
        'Access: to ask for a copy of all personal data that we hold about you.',
        'Correction: to ask that inaccurate or incomplete data be corrected.',
        'Deletion: to ask that your personal data be deleted (the "right to be forgotten").',
        'Portability: to ask for your data in a structured, machine-readable format.',
        'Withdrawal of consent: to withdraw your consent at any time where processing rests on it.',
        'To use any of these rights, write to privacy@tokometrics.com. You get an answer within 30 days.',
      ],
    },
    {
      id: '9',
      title: 'Children',
      paragraphs: [
        'TokoMetrics is meant solely for business merchants who are 18 years of age or older. We do not knowingly collect personal information from anyone younger than 18.',
      ],
    },
    {
      id: '10',
      title: 'Transfers to other countries',
      paragraphs: [
        'Your information may be transferred to, and kept on, servers outside your country. By using TokoMetrics you consent to this transfer. Appropriate safeguards protect your data while it is transferred.',
      ],
    },
    {
      id: '11',
      title: 'Changes to this policy',
      paragraphs: [
        'This policy may be updated from time to time. Significant changes are announced by a prominent notice on our website, by an e-mail to the address of your account, or by both.',
      ],
    },
    {
      id: '12',
      title: 'Contact',
      paragraphs: [
        'If you have any question about this policy, please write to privacy@tokometrics.com.',
      ],
    },
  ],
};
