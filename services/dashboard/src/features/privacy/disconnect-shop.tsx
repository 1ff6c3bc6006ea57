import type { Shop } from '@tokometrics/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { disconnectShop } from '../../api/privacy.ts';
import { shopsQuery } from '../../api/shops.ts';
import { Button } from '../../ui/button.tsx';
import { Check } from '../../ui/form.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorBox } from '../../ui/notice-box.tsx';
import { ActionCancelled, useFresh } from '../session/fresh-gate.tsx';

interface DisconnectShopProps {
  readonly shop: Shop;
  readonly onBegun: (requestId: string) => void;
}

/** Asks once, in plain words; the password is asked for by the gate when it is needed. */
export function DisconnectShop({ shop, onBegun }: DisconnectShopProps) {
  const [isAsking, setAsking] = useState(false);
  const [endGrant, setEndGrant] = useState(false);
  const client = useQueryClient();
  const fresh = useFresh();
  const disconnect = useMutation({
    mutationFn: () => fresh(() => disconnectShop(shop.shopKey, { endGrant })),
    onSuccess: async ({ requestId }) => {
      setAsking(false);
      onBegun(requestId);
      client.removeQueries({ queryKey: ['shop', shop.shopKey] });
      await Promise.all([
        client.invalidateQueries({ queryKey: ['privacy'] }),
        client.invalidateQueries(shopsQuery),
      ]);
    },
  });
  return (
    <>
      <Button tone="danger" size="small" onClick={() => setAsking(true)}>
        Disconnect
        <span className="sr-only">{shop.name}</span>
      </Button>
      {isAsking ? (
        <Dialog title={`Disconnect ${shop.name}?`} onClose={() => setAsking(false)}>
          <div className="flex flex-col gap-4">
            <Consequences />
            <Check
              label={
                <>
                  Also end our access at TikTok Shop. TikTok is asked once; the erasure does not
                  wait for its answer. Without this you can remove the app in Seller Center
                  yourself.
                </>
              }
              checked={endGrant}
              onChange={({ currentTarget }) => setEndGrant(currentTarget.checked)}
            />
            {disconnect.isError && !(disconnect.error instanceof ActionCancelled) ? (
              <ErrorBox error={disconnect.error} />
            ) : null}
            <div className="flex flex-wrap justify-end gap-3">
              <Button onClick={() => setAsking(false)}>Keep it connected</Button>
              <Button
                tone="danger"
                disabled={disconnect.isPending}
                onClick={() => disconnect.mutate()}
              >
                {disconnect.isPending ? 'Disconnecting…' : 'Disconnect and erase'}
              </Button>
            </div>
          </div>
        </Dialog>
      ) : null}
    </>
  );
}

function Consequences() {
  return (
    <ul className="flex list-disc flex-col gap-2 pl-5">
      <li>Our access to TikTok Shop is destroyed before this page answers.</li>
      <li>
        Everything read from this shop is erased: orders, products, statements and all figures. This
        cannot be undone.
      </li>
      <li>
        Every place is then checked, and you get a signed receipt that anyone can verify without us.
      </li>
      <li>Nothing is changed in your TikTok Shop. Your account here stays.</li>
      <li>You can connect the shop again at any time; its history is then read anew.</li>
    </ul>
  );
}
