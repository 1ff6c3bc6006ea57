import { lazy, Suspense, useEffect } from 'react';
import { usage } from '../usage/usage.ts';
import type { ProofPanelProps } from './proof-panel.tsx';

const ProofPanel = lazy(async () => ({
  default: (await import('./proof-panel.tsx')).ProofPanel,
}));

const noteUse = (): void => {
  usage.use('proof');
};

/** The panel's code comes when the first number is opened. */
export function LazyProofPanel(props: ProofPanelProps) {
  useEffect(noteUse, []);
  return (
    <Suspense>
      <ProofPanel {...props} />
    </Suspense>
  );
}
