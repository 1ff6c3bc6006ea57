import { useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link, useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { login, resendVerification } from '../api/account.ts';
import { isProblem } from '../api/problem.ts';
import { safeNext } from '../features/filters/search.ts';
import { PublicFrame } from '../features/frame/public-frame.tsx';
import { Button } from '../ui/button.tsx';
import { Check, Field } from '../ui/form.tsx';
import { ErrorBox, NoticeBox } from '../ui/notice-box.tsx';

const route = getRouteApi('/login');

export function LoginPage() {
  const { next } = route.useSearch();
  const router = useRouter();
  const client = useQueryClient();
  const [failure, setFailure] = useState<unknown>();
  const { register, handleSubmit, formState, getValues } = useForm({
    defaultValues: { email: '', password: '', remember: false },
  });
  const submit = handleSubmit(async (values) => {
    try {
      await login(values);
    } catch (error) {
      setFailure(error);
      return;
    }
    client.clear();
    await router.navigate({ href: safeNext(next) ?? '/' });
  });
  return (
    <PublicFrame isNarrow>
      <h1 className="mb-6 text-[1.8rem]">Sign in</h1>
      <form noValidate onSubmit={(event) => void submit(event)} className="flex flex-col gap-5">
        <Field
          label="E-mail address"
          type="email"
          autoComplete="username"
          error={formState.errors.email?.message}
          {...register('email', { required: 'Enter your e-mail address.' })}
        />
        <Field
          label="Password"
          type="password"
          autoComplete="current-password"
          error={formState.errors.password?.message}
          {...register('password', { required: 'Enter your password.' })}
        />
        <Check label="Keep me signed in on this device" {...register('remember')} />
        {failure === undefined ? null : <ErrorBox error={failure} />}
        {isProblem(failure, 'auth.unverified') ? <Resend email={getValues('email')} /> : null}
        <Button type="submit" tone="solid" disabled={formState.isSubmitting}>
          {formState.isSubmitting ? 'Signing in…' : 'Sign in'}
        </Button>
      </form>
      <p className="mt-8 text-soft">
        No account yet?{' '}
        <Link to="/signup" className="link">
          Register
        </Link>
      </p>
    </PublicFrame>
  );
}

function Resend({ email }: { readonly email: string }) {
  const [isSent, setSent] = useState(false);
  if (isSent) {
    return (
      <NoticeBox tone="good">If the address has an account, a new link is on its way.</NoticeBox>
    );
  }
  return (
    <Button
      onClick={() => {
        void resendVerification(email).finally(() => setSent(true));
      }}
    >
      Send the link again
    </Button>
  );
}
