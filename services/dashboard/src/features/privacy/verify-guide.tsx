import { KEYS_ADDRESS } from '../../api/privacy.ts';

/** How to check a receipt with nothing of ours running. */
export function VerifyGuide() {
  return (
    <details className="sheet">
      <summary className="px-5 py-3 font-medium hover:bg-well">
        How to check a receipt without us
      </summary>
      <div className="flex flex-col gap-3 border-t border-rule px-5 py-4">
        <ol className="flex list-decimal flex-col gap-2 pl-5">
          <li>Keep the receipt as it was downloaded: one changed byte makes it invalid.</li>
          <li>
            Save our public keys beside it as{' '}
            <a href={KEYS_ADDRESS} download="jwks.json" className="link">
              jwks.json
            </a>
            .
          </li>
          <li>
            Run the checker. It needs Node.js and nothing else, no network and nothing of ours:
            <code className="mt-2 block overflow-x-auto rounded-[3px] bg-well px-3 py-2 font-mono text-[0.82rem]">
              node tools/verify-receipt.mjs receipt.json --keys jwks.json
            </code>
          </li>
        </ol>
        <p className="text-[0.9rem] text-soft">
          The format is written down, so anyone can build another checker. A receipt names places,
          counts and times; it holds no order, no amount and no name.
        </p>
      </div>
    </details>
  );
}
