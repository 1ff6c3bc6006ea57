import { Link } from '@tanstack/react-router';
import { PublicFrame } from '../features/frame/public-frame.tsx';
import { buttonClass } from '../ui/button.tsx';

const POINTS = [
  {
    title: 'True to the cent',
    text: 'Every figure is summed from the orders and statements of your shop, in its currency and on its clock. Nothing is estimated, nothing is rounded on the way.',
  },
  {
    title: 'Open to its rows',
    text: 'Behind each number is a button: it shows the formula and every order that counts into it, and that they add up to it with a difference of zero.',
  },
  {
    title: 'Gone when you go',
    text: 'Disconnect, and the access is destroyed before the page answers. Your data is erased everywhere, checked, and a signed receipt says so.',
  },
] as const;

export function LandingPage() {
  return (
    <PublicFrame>
      <div className="grid gap-12 py-6 md:grid-cols-[7fr_5fr] md:py-14">
        <div className="flex flex-col items-start gap-6">
          <p className="label">For TikTok Shop merchants</p>
          <h1 className="text-[2.3rem] leading-[1.15] md:text-[3rem]">
            Figures that you can check, of the shop that is yours.
          </h1>
          <p className="max-w-prose text-[1.1rem] text-soft">
            TokoMetrics reads your TikTok Shop through its official API, read-only and with your
            approval, and shows what was sold, what was cancelled and which refunds were settled.
          </p>
          <div className="flex flex-wrap gap-3">
            <Link to="/signup" className={buttonClass({ tone: 'solid' })}>
              Register
            </Link>
            <Link to="/login" search={{}} className={buttonClass({})}>
              Sign in
            </Link>
          </div>
        </div>
        <ol className="flex flex-col border-t border-edge">
          {POINTS.map(({ title, text }) => (
            <li key={title} className="border-b border-rule py-5">
              <h2 className="text-[1.15rem]">{title}</h2>
              <p className="mt-1 text-soft">{text}</p>
            </li>
          ))}
        </ol>
      </div>
    </PublicFrame>
  );
}
