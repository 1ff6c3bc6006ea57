import { createContext, lazy, Suspense, use, useCallback, useState } from 'react';
import type { ReactNode } from 'react';
import { isProblem } from '../../api/problem.ts';
import type { PasswordAsk } from './password-dialog.tsx';

/** Asked for rarely, so its form is loaded only then. */
const PasswordDialog = lazy(async () => ({
  default: (await import('./password-dialog.tsx')).PasswordDialog,
}));

/** The person closed the password dialog: the action was not done, and nothing is wrong. */
export class ActionCancelled extends Error {
  override readonly name = 'ActionCancelled';
}

type RunFresh = <T>(action: () => Promise<T>) => Promise<T>;
const FreshContext = createContext<RunFresh>((action) => action());

/** Runs an action that may ask for the password once more, then runs it again. */
export const useFresh = (): RunFresh => use(FreshContext);

export function FreshGate({ children }: { readonly children: ReactNode }) {
  const [ask, setAsk] = useState<PasswordAsk>();
  const run: RunFresh = useCallback(async (action) => {
    try {
      return await action();
    } catch (error) {
      if (!isProblem(error, 'auth.fresh_required')) {
        throw error;
      }
    }
    await new Promise<void>((resolve, reject) => {
      setAsk({ confirm: resolve, cancel: () => reject(new ActionCancelled()) });
    }).finally(() => setAsk(undefined));
    return action();
  }, []);
  return (
    <FreshContext value={run}>
      {children}
      {ask === undefined ? null : (
        <Suspense>
          <PasswordDialog {...ask} />
        </Suspense>
      )}
    </FreshContext>
  );
}
