import type { PrivacyRequest } from '@tokometrics/contracts';
import { usage } from '../usage/usage.ts';
import { buttonClass } from '../../ui/button.tsx';
import { formatCount, formatInstant } from '../../ui/format.ts';
import { Icon } from '../../ui/icon.tsx';
import { NoticeBox } from '../../ui/notice-box.tsx';
import { isHeld } from './held-erasure.ts';
import { receiptAddress } from '../../api/privacy.ts';

const PHASES = ['waiting', 'fenced', 'erasing', 'erased', 'verified'] as const;
const PHASE_TEXT = {
  waiting: 'waiting',
  fenced: 'closed for new data',
  erasing: 'being erased',
  erased: 'erased, to be checked',
  verified: 'checked: nothing left',
} as const;

function stepsDone(request: Pick<PrivacyRequest, 'phases'>): { done: number; all: number } {
  const { phases } = request;
  return {
    done: phases.filter(({ phase }) => phase === 'verified').length,
    all: phases.length,
  };
}

const STATES = {
  EXECUTING: { text: 'Being erased', tone: 'text-warn' },
  ATTENTION: { text: 'Held up, a person looks at it', tone: 'text-bad' },
  COMPLETED: { text: 'Erased and proved', tone: 'text-good' },
} as const;

const BEGUN = {
  self_service: 'Disconnected',
  deauthorization: 'Our access was ended at TikTok Shop, noted',
} as const;

/** What became of TikTok's side, where it was wished that it ends too. */
const GRANT_TEXT = {
  pending: 'TikTok Shop is being asked to end our access on its side too.',
  ended: 'TikTok Shop has ended our access on its side too.',
  unconfirmed:
    'TikTok Shop has not confirmed that it ended our access. We can use it no more; remove the app in Seller Center to end it there.',
} as const;

/** Closed word of the service, as a merchant reads it; other words stand for themselves. */
const HELD_TEXT =
  'TikTok Shop reported at once that many sellers had withdrawn. A person checks that before anything is erased; until then nothing is read and nothing is lost. Disconnect the shop here to have it erased now.';

interface ErasureProgressProps {
  readonly request: PrivacyRequest;
  readonly shopName: string;
}

/** How an erasure goes, place by place, until its receipt is there. */
export function ErasureProgress({ request, shopName }: ErasureProgressProps) {
  const { done, all } = stepsDone(request);
  const state = STATES[request.state];
  return (
    <article className="sheet" data-request={request.requestId} data-state={request.state}>
      <header className="flex flex-wrap items-start justify-between gap-3 px-5 pt-4">
        <div>
          <h3 className="text-[1.1rem] font-semibold">{shopName}</h3>
          <p className="text-[0.87rem] text-soft">
            {BEGUN[request.trigger]} {formatInstant(request.receivedAt)}
            {request.tokensDestroyedAt === null
              ? ''
              : ` · access destroyed ${formatInstant(request.tokensDestroyedAt)}`}
          </p>
        </div>
        <p role="status" className={`font-semibold ${state.tone}`}>
          {state.text}
          <span className="block text-right text-[0.85rem] font-normal text-soft">
            {done} of {all} places checked
          </span>
        </p>
      </header>
      <div className="px-5 py-3">
        <Steps request={request} />
      </div>
      {request.grantEnd === null ? null : (
        <p className="px-5 pb-3 text-[0.87rem]">{GRANT_TEXT[request.grantEnd]}</p>
      )}
      {request.attention === null ? null : (
        <div className="px-5 pb-3">
          <NoticeBox tone="warn">
            {isHeld(request)
              ? HELD_TEXT
              : `One place is not finished yet (${request.attention}). It is tried again by itself, and a person looks at it. Our access is gone, and nothing new is read.`}
          </NoticeBox>
        </div>
      )}
      <footer className="flex flex-wrap items-center gap-3 border-t border-rule px-5 py-3">
        {request.receiptReady ? (
          <a
            href={receiptAddress(request.requestId)}
            download={`tokometrics-receipt-${request.requestId}.json`}
            className={buttonClass({ tone: 'solid', size: 'small' })}
            onClick={() => usage.use('receipt')}
          >
            <Icon name="download" size={16} />
            Download the receipt
          </a>
        ) : (
          <span className="text-[0.87rem] text-soft">
            The receipt is signed once every place has been checked, after about a minute.
          </span>
        )}
      </footer>
      <details className="border-t border-rule">
        <summary className="px-5 py-3 text-[0.93rem] hover:bg-well">Every place</summary>
        <Places request={request} />
      </details>
    </article>
  );
}

/** How many places have come how far. */
function Steps({ request }: { readonly request: PrivacyRequest }) {
  const reached = (step: number) =>
    request.phases.filter(({ phase }) => PHASES.indexOf(phase) >= step).length;
  const all = Math.max(1, request.phases.length);
  return (
    <ol className="grid grid-cols-3 gap-3 text-[0.82rem]">
      {(
        [
          [1, 'Closed for new data'],
          [3, 'Erased'],
          [4, 'Checked'],
        ] as const
      ).map(([step, text]) => (
        <li key={step} className="flex flex-col gap-1">
          <svg width="100%" height="6" aria-hidden="true" className="block">
            <rect width="100%" height="6" rx="1" className="fill-well" />
            <rect
              width={`${(reached(step) / all) * 100}%`}
              height="6"
              rx="1"
              className="fill-series"
            />
          </svg>
          <span>
            {text}: {reached(step)} of {request.phases.length}
          </span>
        </li>
      ))}
    </ol>
  );
}

function Places({ request }: { readonly request: PrivacyRequest }) {
  return (
    <table className="ledger border-t border-rule">
      <thead>
        <tr>
          <th scope="col" className="label">
            Place
          </th>
          <th scope="col" className="label">
            State
          </th>
          <th scope="col" className="label number">
            Found
          </th>
          <th scope="col" className="label number">
            Removed
          </th>
        </tr>
      </thead>
      <tbody>
        {request.phases.map(({ storeId, holds, phase, found, removed, physicalBy }) => (
          <tr key={storeId}>
            <td data-label="Place">
              <span>
                {holds}
                <code className="block font-mono text-[0.78rem] text-soft">{storeId}</code>
              </span>
            </td>
            <td data-label="State">
              {phase === 'verified' && physicalBy !== null ? 'unreadable' : PHASE_TEXT[phase]}
              {physicalBy === null ? null : (
                <span className="block text-[0.8rem] text-soft">
                  last bytes gone by {formatInstant(physicalBy)}
                </span>
              )}
            </td>
            <td data-label="Found" className="number">
              {formatCount(found)}
            </td>
            <td data-label="Removed" className="number">
              {formatCount(removed)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
