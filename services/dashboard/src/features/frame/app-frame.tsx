import { Link, Outlet } from '@tanstack/react-router';
import { useLiveUpdates } from '../../api/events.ts';
import { Icon, Mark } from '../../ui/icon.tsx';
import type { IconName } from '../../ui/icon.tsx';
import { FreshGate } from '../session/fresh-gate.tsx';
import { AccountMenu } from './account-menu.tsx';
import { ShopSwitch } from './shop-switch.tsx';
import { SkipLink } from './skip-link.tsx';
import { useShortcuts } from './use-shortcuts.ts';

interface Entry {
  readonly to: '/overview' | '/today' | '/orders' | '/settings/privacy' | '/settings/connect';
  readonly text: string;
  readonly short: string;
  readonly icon: IconName;
}

const ENTRIES: readonly Entry[] = [
  { to: '/overview', text: 'Overview', short: 'Overview', icon: 'overview' },
  { to: '/today', text: 'Today', short: 'Today', icon: 'today' },
  { to: '/orders', text: 'Orders', short: 'Orders', icon: 'orders' },
  { to: '/settings/privacy', text: 'What we hold', short: 'We hold', icon: 'hold' },
  { to: '/settings/connect', text: 'Settings', short: 'Settings', icon: 'settings' },
];

/** The shop goes along from page to page; dates and filters belong to their page. */
const keepShop = ({ shop }: { readonly shop?: string | undefined }) =>
  shop === undefined ? {} : { shop };

export function AppFrame() {
  useLiveUpdates();
  useShortcuts();
  return (
    <FreshGate>
      <SkipLink />
      <div className="min-h-dvh md:grid md:grid-cols-[13.5rem_minmax(0,1fr)]">
        <aside className="sticky top-0 hidden h-dvh flex-col gap-6 border-r border-rule bg-paper px-3 py-5 md:flex">
          <Link
            to="/overview"
            className="flex items-center gap-3 px-2 text-ink"
            aria-label="TokoMetrics"
          >
            <Mark />
            <span className="font-title text-[1.15rem] font-semibold">TokoMetrics</span>
          </Link>
          <ShopSwitch />
          <nav aria-label="Main" className="flex flex-1 flex-col gap-1">
            {ENTRIES.map(({ to, text, icon }) => (
              <Link
                key={to}
                to={to}
                search={keepShop}
                className="flex min-h-9 items-center gap-3 rounded-[3px] px-2 text-[0.93rem] text-soft hover:bg-well hover:text-ink"
                activeProps={{
                  className: '!text-ink font-semibold bg-well shadow-[inset_3px_0_0_var(--accent)]',
                }}
              >
                <Icon name={icon} size={18} />
                {text}
              </Link>
            ))}
          </nav>
          <AccountMenu />
        </aside>
        <div className="min-w-0 pb-20 md:pb-0">
          <header className="flex items-center justify-between gap-3 border-b border-rule px-4 py-2 md:hidden">
            <Link to="/overview" className="flex items-center gap-2" aria-label="TokoMetrics">
              <Mark />
            </Link>
            <ShopSwitch />
            <AccountMenu />
          </header>
          <main
            id="main"
            tabIndex={-1}
            className="mx-auto max-w-[84rem] px-4 pb-12 outline-none md:px-8"
          >
            <Outlet />
          </main>
        </div>
        <nav
          aria-label="Main, below"
          className="fixed inset-x-0 bottom-0 z-20 grid grid-cols-5 border-t border-rule bg-sheet pb-[env(safe-area-inset-bottom)] md:hidden"
        >
          {ENTRIES.map(({ to, short, icon }) => (
            <Link
              key={to}
              to={to}
              search={keepShop}
              className="flex min-h-14 flex-col items-center justify-center gap-0.5 text-[0.72rem] text-soft"
              activeProps={{
                className: '!text-accent font-semibold shadow-[inset_0_3px_0_var(--accent)]',
              }}
            >
              <Icon name={icon} />
              {short}
            </Link>
          ))}
        </nav>
      </div>
    </FreshGate>
  );
}
