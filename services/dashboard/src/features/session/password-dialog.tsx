import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { reauthenticate } from '../../api/account.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field } from '../../ui/form.tsx';
import { ErrorBox } from '../../ui/notice-box.tsx';

export interface PasswordAsk {
  readonly confirm: () => void;
  readonly cancel: () => void;
}

export function PasswordDialog({ confirm, cancel }: PasswordAsk) {
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
