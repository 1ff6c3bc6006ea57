import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { meQuery } from '../api/account.ts';
import { AppFrame } from '../features/frame/app-frame.tsx';

/** Theme of the account; nothing is stored in the browser. */
export function AppLayout() {
  const theme = useQuery(meQuery).data?.preferences.theme ?? 'system';
  useEffect(() => {
    if (theme === 'system') {
      delete document.documentElement.dataset['theme'];
    } else {
      document.documentElement.dataset['theme'] = theme;
    }
  }, [theme]);
  return <AppFrame />;
}
