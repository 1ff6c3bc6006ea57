import { createContext, use, useCallback, useState } from 'react';
import type { ReactNode } from 'react';
import { useForm } from 'react-hook-form';
import { reauthenticate } from '../../api/account.ts';
import { isProblem } from '../../api/problem.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field } from '../../ui/form.tsx';
import { ErrorBox } from '../../ui/notice-box.tsx';

/** The person closed the password dialog: the action was not done, and nothing is wrong. */
export class ActionCancelled extends Error {
  override readonly name = 'ActionCancelled';
}

type RunFresh = <T>(action: () => Promise<T>) => Promise<T>;
const FreshContext = createContext<RunFresh>((action) => action());

/** Runs an action that may ask for the password once more, then runs it again. */
export const useFresh = (): RunFresh => use(FreshContext);

interface Ask {
  readonly confirm: () => void;
  readonly cancel: () => void;
}

export function FreshGate({ children }: { readonly children: ReactNode }) {
  const [ask, setAsk] = useState<Ask>();
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
      {ask === undefined ? null : <PasswordDialog {...ask} />}
    </FreshContext>
  );
}

function PasswordDialog({ confirm, cancel }: Ask) {
  const [failure, setFailure] = useState<unknown>();
  const { register, handleSubmit, formState } = useForm({ defaultValues: { password: '' } });
  const submit = handleSubmit(async ({ password }) => {
    try {
      await reauthenticate(password);
      confirm();
    } catch (error) {
      setFailure(error);
    }
  });
  return (
    <Dialog title="Confirm that it is you" onClose={cancel}>
      <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
        <p className="text-soft">
          This changes what we can read or what is kept, so we ask for your password once more. It
          then counts for five minutes.
        </p>
        <Field
          label="Password"
          type="password"
          autoComplete="current-password"
          autoFocus
          error={formState.errors.password?.message}
          {...register('password', { required: 'Enter your password.' })}
        />
        {failure === undefined ? null : <ErrorBox error={failure} />}
        <div className="flex justify-end gap-3">
          <Button onClick={cancel}>Cancel</Button>
          <Button type="submit" tone="solid" disabled={formState.isSubmitting}>
            {formState.isSubmitting ? 'Checking…' : 'Confirm'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
