import { createHmac } from 'node:crypto';
import { Merchant } from './merchant.ts';
import type { Answer } from './merchant.ts';

/** A merchant who remembers every answer, and the cookies that must not turn up elsewhere. */
export class Witness extends Merchant {
  readonly answers: Answer[] = [];

  override async send(...asked: Parameters<Merchant['send']>): Promise<Answer> {
    const answer = await super.send(...asked);
    this.answers.push(answer);
    return answer;
  }

  cookies(): string[] {
    return this.answers
      .flatMap(({ headers }) => headers.getSetCookie())
      .map((cookie) => cookie.slice(cookie.indexOf('=') + 1).split(';')[0] ?? '')
      .filter((value) => value.length > 16);
  }

  refusals(): Answer[] {
    return this.answers.filter(({ status }) => status >= 400);
  }

  /** A notice as TikTok would send it, or somebody who does not know the secret. */
  async notify(url: string, body: string, by: { appKey: string; secret: string }): Promise<number> {
    const response = await fetch(`${url}/v1/webhooks/tiktok`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: createHmac('sha256', by.secret)
          .update(by.appKey + body)
          .digest('hex'),
      },
      body,
    });
    const { status, headers } = response;
    this.answers.push({ status, headers, body: await response.text() });
    return status;
  }
}
