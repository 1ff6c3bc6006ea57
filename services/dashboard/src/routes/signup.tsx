import { POLICY_VERSION } from '@tokometrics/contracts';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import type { UseFormReturn } from 'react-hook-form';
import { register as createAccount } from '../api/account.ts';
import { PublicFrame } from '../features/frame/public-frame.tsx';
import { Button } from '../ui/button.tsx';
import { Check, Field } from '../ui/form.tsx';
import { ErrorBox } from '../ui/notice-box.tsx';

const EMPTY = {
  name: '',
  email: '',
  password: '',
  isAdult: false,
  agreesPolicy: false,
  agreesTransfer: false,
};

export function SignupPage() {
  const [failure, setFailure] = useState<unknown>();
  const [sentTo, setSentTo] = useState<string>();
  const form = useForm({ defaultValues: EMPTY });
  const { register, handleSubmit, formState } = form;
  const { errors } = formState;
  const submit = handleSubmit(async ({ name, email, password, isAdult, agreesTransfer }) => {
    try {
      await createAccount({
        name,
        email,
        password,
        ageConfirmed18: isAdult,
        acceptedPolicyVersion: POLICY_VERSION,
        acceptTransfer: agreesTransfer,
      });
      setSentTo(email);
    } catch (error) {
      setFailure(error);
    }
  });
  if (sentTo !== undefined) {
    return <CheckInbox email={sentTo} />;
  }
  return (
    <PublicFrame isNarrow>
      <h1 className="mb-6 text-[1.8rem]">Register</h1>
      <form noValidate onSubmit={(event) => void submit(event)} className="flex flex-col gap-5">
        <Field
          label="Your name"
          autoComplete="name"
          error={errors.name?.message}
          {...register('name', { required: 'Enter your name.', maxLength: 120 })}
        />
        <Field
          label="E-mail address"
          type="email"
          autoComplete="username"
          error={errors.email?.message}
          {...register('email', {
            required: 'Enter your e-mail address.',
            pattern: { value: /^\S+@\S+$/, message: 'This is not an e-mail address.' },
          })}
        />
        <Field
          label="Password"
          type="password"
          autoComplete="new-password"
          hint="Long beats complicated: a few words that do not belong together."
          error={errors.password?.message}
          {...register('password', { required: 'Choose a password.' })}
        />
        <Agreements form={form} />
        {failure === undefined ? null : <ErrorBox error={failure} />}
        <Button type="submit" tone="solid" disabled={formState.isSubmitting}>
          {formState.isSubmitting ? 'Registering…' : 'Register'}
        </Button>
      </form>
    </PublicFrame>
  );
}

/** Each is a choice of its own: none is ticked beforehand. */
function Agreements({ form }: { readonly form: UseFormReturn<typeof EMPTY> }) {
  const { register } = form;
  const { errors } = form.formState;
  return (
    <>
      <Check
        label="I am 18 years of age or older."
        error={errors.isAdult?.message}
        {...register('isAdult', { required: 'TokoMetrics is for adults.' })}
      />
      <Check
        label={
          <>
            I agree to the{' '}
            <Link to="/privacy" target="_blank" className="link">
              privacy policy
            </Link>{' '}
            of {POLICY_VERSION}.
          </>
        }
        error={errors.agreesPolicy?.message}
        {...register('agreesPolicy', { required: 'An account needs this agreement.' })}
      />
      <Check
        label="I agree that my data may be transferred to servers outside my country (section 10)."
        error={errors.agreesTransfer?.message}
        {...register('agreesTransfer', { required: 'An account needs this agreement.' })}
      />
    </>
  );
}

function CheckInbox({ email }: { readonly email: string }) {
  return (
    <PublicFrame isNarrow>
      <div role="status" className="flex flex-col gap-4">
        <h1 className="text-[1.8rem]">Look into your inbox</h1>
        <p>
          If <strong className="break-all">{email}</strong> can have a new account, a link to
          confirm the address is on its way. Open it within 24 hours, then sign in.
        </p>
        <p className="text-soft">Nothing there? Look into the folder for unwanted mail.</p>
        <Link to="/login" search={{}} className="link">
          To the sign-in page
        </Link>
      </div>
    </PublicFrame>
  );
}
