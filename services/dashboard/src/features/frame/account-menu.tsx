import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { logout, meQuery } from '../../api/account.ts';
import { usage } from '../usage/usage.ts';
import { Button } from '../../ui/button.tsx';

export function AccountMenu() {
  const client = useQueryClient();
  const navigate = useNavigate();
  const { data: account } = useQuery(meQuery);
  const leave = useMutation({
    mutationFn: () => {
      // Afterwards there is no session to tell it by.
      usage.hide();
      return logout();
    },
    onSettled: async () => {
      client.clear();
      await navigate({ to: '/login' });
    },
  });
  return (
    <div className="flex items-center gap-2 md:flex-col md:items-stretch md:border-t md:border-rule md:pt-4">
      <Link
        to="/settings/profile"
        className="hidden truncate px-2 text-[0.87rem] text-soft hover:text-ink md:block"
        title={account?.email}
      >
        {account?.name ?? ' '}
      </Link>
      <Button
        tone="quiet"
        size="small"
        className="md:!justify-start md:!px-2"
        disabled={leave.isPending}
        onClick={() => leave.mutate()}
      >
        Sign out
      </Button>
    </div>
  );
}
