import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { meQuery, patchMe } from '../api/account.ts';
import { PageHead } from '../features/frame/page-head.tsx';
import { SettingsTabs } from '../features/frame/settings-tabs.tsx';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/form.tsx';
import { ErrorBox, NoticeBox } from '../ui/notice-box.tsx';

const THEMES = [
  ['system', 'As the device'],
  ['light', 'Light'],
  ['dark', 'Dark'],
] as const;

export function ProfilePage() {
  const client = useQueryClient();
  const account = useQuery(meQuery).data;
  const save = useMutation({
    mutationFn: patchMe,
    onSuccess: (changed) => client.setQueryData(meQuery.queryKey, changed),
  });
  const { register, handleSubmit, formState } = useForm({
    values: { name: account?.name ?? '' },
  });
  const submit = handleSubmit(({ name }) => save.mutate({ name }));
  return (
    <>
      <PageHead title="Profile">
        <SettingsTabs />
      </PageHead>
      <div className="flex max-w-[32rem] flex-col gap-8">
        <form noValidate onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
          <Field
            label="Name"
            autoComplete="name"
            error={formState.errors.name?.message}
            {...register('name', { required: 'Enter your name.', maxLength: 120 })}
          />
          <Field label="E-mail address" value={account?.email ?? ''} readOnly />
          <Button type="submit" tone="solid" className="self-start" disabled={save.isPending}>
            Save
          </Button>
        </form>
        <fieldset className="flex flex-col gap-3">
          <legend className="mb-2 text-[1.15rem] font-semibold">Appearance</legend>
          <div className="flex flex-wrap gap-x-6 gap-y-2">
            {THEMES.map(([theme, text]) => (
              <label key={theme} className="flex items-center gap-2">
                <input
                  type="radio"
                  name="theme"
                  className="size-4 accent-accent"
                  checked={(account?.preferences.theme ?? 'system') === theme}
                  onChange={() => save.mutate({ preferences: { theme } })}
                />
                {text}
              </label>
            ))}
          </div>
          <p className="text-[0.87rem] text-soft">
            Kept with your account, so every device of yours shows it. Nothing is stored in the
            browser.
          </p>
        </fieldset>
        {save.isError ? <ErrorBox error={save.error} /> : null}
        {save.isSuccess ? <NoticeBox tone="good">Saved.</NoticeBox> : null}
      </div>
    </>
  );
}
