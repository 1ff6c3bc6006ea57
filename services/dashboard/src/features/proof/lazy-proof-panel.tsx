import { lazy, Suspense } from 'react';
import type { ProofPanelProps } from './proof-panel.tsx';

const ProofPanel = lazy(async () => ({
  default: (await import('./proof-panel.tsx')).ProofPanel,
}));

/** The panel's code comes when the first number is opened. */
export function LazyProofPanel(props: ProofPanelProps) {
  return (
    <Suspense>
      <ProofPanel {...props} />
    </Suspense>
  );
}
