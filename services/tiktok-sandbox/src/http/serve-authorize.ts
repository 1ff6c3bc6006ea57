import type { Request, Response } from 'express';
import type { Grants } from '../domain/grants.ts';
import { isScope } from '../domain/scopes.ts';
import { SELLERS } from '../domain/seller.ts';
import type { SellerKey } from '../domain/shop.ts';
import { authorizePage, refusalPage } from './authorize-page.ts';

export interface AuthorizeDeps {
  readonly appKey: string;
  readonly serviceId: string;
  readonly redirectUrl: string;
  readonly grants: Grants;
}

type Handler = (request: Request, response: Response) => void;

export function showAuthorize(deps: AuthorizeDeps): Handler {
  return (request, response) => {
    const query = new URLSearchParams(request.originalUrl.split('?')[1] ?? '');
    if (!isKnownApp(deps, query)) {
      sendHtml(deps, response, 400, refusalPage('It names no app that this shop knows.'));
      return;
    }
    sendHtml(deps, response, 200, authorizePage(carriedOf(query)));
  };
}

export function decideAuthorize(deps: AuthorizeDeps): Handler {
  return (request, response) => {
    const body: unknown = request.body;
    const form = new URLSearchParams(Buffer.isBuffer(body) ? body.toString('utf8') : '');
    const seller = sellerOf(form.get('seller'));
    const isApproved = form.get('decision') === 'approve';
    if (!isKnownApp(deps, form) || (isApproved && seller === undefined)) {
      sendHtml(deps, response, 400, refusalPage('The form was not complete.'));
      return;
    }
    const target = new URL(deps.redirectUrl);
    if (isApproved && seller !== undefined) {
      const ticked = form.getAll('scope').filter(isScope);
      target.searchParams.set('app_key', deps.appKey);
      target.searchParams.set('code', deps.grants.issueCode(seller, ticked));
      target.searchParams.set('locale', 'en');
      target.searchParams.set('shop_region', SELLERS[seller].baseRegion);
    } else {
      target.searchParams.set('code', 'null');
      target.searchParams.set('error', 'auth_denied');
    }
    const state = form.get('state');
    if (state !== null) {
      target.searchParams.set('state', state);
    }
    response.redirect(303, target.href);
  };
}

function isKnownApp({ appKey, serviceId }: AuthorizeDeps, query: URLSearchParams): boolean {
  const service = query.get('service_id');
  const app = query.get('app_key');
  const isGiven = service !== null || app !== null;
  return isGiven && (service ?? serviceId) === serviceId && (app ?? appKey) === appKey;
}

function carriedOf(query: URLSearchParams): Record<string, string> {
  return Object.fromEntries(
    ['service_id', 'app_key', 'state'].flatMap((name) => {
      const value = query.get(name);
      return value === null ? [] : [[name, value]];
    }),
  );
}

function sellerOf(text: string | null): SellerKey | undefined {
  return Object.values(SELLERS).find(({ key }) => key === text)?.key;
}

function sendHtml(deps: AuthorizeDeps, response: Response, status: number, html: string): void {
  // Browsers hold the redirect after a form to form-action too, so the app's origin is named.
  const target = new URL(deps.redirectUrl).origin;
  response
    .status(status)
    .set({
      'Content-Security-Policy': `default-src 'none'; style-src 'unsafe-inline'; form-action 'self' ${target}; frame-ancestors 'none'; base-uri 'none'`,
      'Referrer-Policy': 'no-referrer',
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
    })
    .type('text/html')
    .end(html);
}
