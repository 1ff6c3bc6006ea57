import { shop as shopSchema } from '@tokometrics/contracts';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react';
import { forgetCsrf } from '../../api/client.ts';
import { problemBody, serve } from '../../api/server.test-support.ts';
import { show } from '../../ui/page.test-support.tsx';
import { FreshGate } from '../session/fresh-gate.tsx';
import { DisconnectShop } from './disconnect-shop.tsx';

const KEY = '01KAV5Z0000000000000000001';
const REQUEST = '01KAV5Z00000000000000000R1';
const SHOP = shopSchema.parse({
  shopKey: KEY,
  epoch: 1,
  label: '',
  name: 'Retail Shop',
  region: 'GB',
  sellerType: 'LOCAL',
  currency: 'GBP',
  status: 'active',
  timezone: 'Europe/London',
  categories: [],
  connectedAt: '2026-11-23T09:00:00Z',
  authorizationExpiresAt: null,
  sync: { shopKey: KEY, stages: [] },
});

beforeEach(forgetCsrf);
afterEach(cleanup);

/** A server that wants the password once more, and whose token changes when it got it. */
function freshServer(password = 'right') {
  const state = { isFresh: false };
  const seen = serve({
    'GET /auth/csrf': () => ({ body: { csrfToken: state.isFresh ? 'after' : 'before' } }),
    'POST /auth/reauthenticate': ({ body }) => {
      if ((body as { password: string }).password !== password) {
        return problemBody(401, 'auth.required', 'auth.failed');
      }
      state.isFresh = true;
      return { body: { freshUntil: '2026-11-23T12:05:00Z' } };
    },
    [`DELETE /shops/${KEY}/connection`]: ({ headers }) =>
      state.isFresh && headers['x-csrf-token'] === 'after'
        ? {
            status: 202,
            body: {
              requestId: REQUEST,
              tokensDestroyedAt: '2026-11-23T12:00:00Z',
              sharedAuthorization: false,
            },
          }
        : problemBody(403, 'auth.forbidden', 'auth.fresh_required'),
  });
  return seen;
}

async function open() {
  const begun: string[] = [];
  await show(
    <FreshGate>
      <DisconnectShop shop={SHOP} onBegun={(requestId) => begun.push(requestId)} />
    </FreshGate>,
  );
  fireEvent.click(screen.getByText('Disconnect'));
  return begun;
}

async function enter(password: string) {
  fireEvent.input(await screen.findByLabelText('Password'), { target: { value: password } });
  fireEvent.click(screen.getByText('Confirm'));
}

describe('disconnecting', () => {
  it('says what will happen before anything is asked of the server', async () => {
    const seen = freshServer();
    await open();
    expect(screen.getByText(/cannot\s+be undone/)).toBeTruthy();
    expect(seen).toHaveLength(0);
  });

  it('asks for the password, then does it under the new token', async () => {
    const seen = freshServer();
    const begun = await open();
    fireEvent.click(screen.getByText('Disconnect and erase'));
    await enter('right');
    await waitFor(() => expect(begun).toEqual([REQUEST]));
    const tries = seen.filter(({ method }) => method === 'DELETE');
    expect(tries.map(({ query }) => query.get('endGrant'))).toEqual([null, null]);
    expect(screen.queryByText('Disconnect and erase')).toBeNull();
  });

  it('asks TikTok Shop to end its side only when that is wished', async () => {
    const seen = freshServer();
    await open();
    fireEvent.click(screen.getByLabelText(/Also end our access at TikTok Shop/));
    fireEvent.click(screen.getByText('Disconnect and erase'));
    await enter('right');
    await waitFor(() => expect(screen.queryByText('Disconnect and erase')).toBeNull());
    const wished = seen.filter(({ method }) => method === 'DELETE');
    expect(wished.map(({ query }) => query.get('endGrant'))).toEqual(['true', 'true']);
  });

  it('stays where it is after a wrong password', async () => {
    freshServer();
    const begun = await open();
    fireEvent.click(screen.getByText('Disconnect and erase'));
    await enter('wrong');
    expect(await screen.findByText('E-mail address or password is wrong.')).toBeTruthy();
    expect(begun).toEqual([]);
  });

  it('does nothing when the password is not given', async () => {
    const seen = freshServer();
    const begun = await open();
    fireEvent.click(screen.getByText('Disconnect and erase'));
    await screen.findByLabelText('Password');
    fireEvent.click(screen.getByText('Cancel'));
    await waitFor(() => expect(screen.queryByLabelText('Password')).toBeNull());
    expect(begun).toEqual([]);
    expect(seen.filter(({ method }) => method === 'DELETE')).toHaveLength(1);
    expect(screen.queryByRole('alert')).toBeNull();
  });
});
