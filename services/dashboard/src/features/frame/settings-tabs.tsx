import { Link } from '@tanstack/react-router';

const TABS = [
  { to: '/settings/connect', text: 'Shops' },
  { to: '/settings/privacy', text: 'What we hold' },
  { to: '/settings/profile', text: 'Profile' },
] as const;

export function SettingsTabs() {
  return (
    <nav aria-label="Settings" className="-mb-4 flex gap-5 text-[0.93rem]">
      {TABS.map(({ to, text }) => (
        <Link
          key={to}
          to={to}
          className="border-b-[3px] border-transparent pb-3 text-soft hover:text-ink"
          activeProps={{ className: '!border-accent !text-ink font-semibold' }}
        >
          {text}
        </Link>
      ))}
    </nav>
  );
}
