import { useMutation } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { verifyEmail } from '../api/account.ts';
import { PublicFrame } from '../features/frame/public-frame.tsx';
import { Button, buttonClass } from '../ui/button.tsx';
import { ErrorBox, NoticeBox } from '../ui/notice-box.tsx';

const route = getRouteApi('/verify');

/** A click confirms, not the visit: programs that look at links in mails must not use them up. */
export function VerifyPage() {
  const { token } = route.useSearch();
  const confirm = useMutation({ mutationFn: verifyEmail });
  return (
    <PublicFrame isNarrow>
      <div className="flex flex-col gap-5">
        <h1 className="text-[1.8rem]">Confirm your e-mail address</h1>
        {confirm.isSuccess ? (
          <>
            <NoticeBox tone="good">Your address is confirmed. You can sign in now.</NoticeBox>
            <Link to="/login" search={{}} className={buttonClass({ tone: 'solid' })}>
              Sign in
            </Link>
          </>
        ) : token === undefined ? (
          <NoticeBox tone="warn">
            This link is not complete. Open it from the mail, or copy all of it.
          </NoticeBox>
        ) : (
          <>
            <p className="text-soft">One more click, and your account is ready.</p>
            {confirm.isError ? <ErrorBox error={confirm.error} /> : null}
            <Button tone="solid" disabled={confirm.isPending} onClick={() => confirm.mutate(token)}>
              Confirm my address
            </Button>
          </>
        )}
      </div>
    </PublicFrame>
  );
}
