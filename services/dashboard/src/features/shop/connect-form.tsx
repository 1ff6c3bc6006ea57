import { MARKETS, marketOf, PERMISSION_CATEGORIES } from '@tokometrics/contracts';
import { useMutation } from '@tanstack/react-query';
import { useForm, useWatch } from 'react-hook-form';
import { beginConnect } from '../../api/shops.ts';
import { Button } from '../../ui/button.tsx';
import { formatRegion, formatZone } from '../../ui/format.ts';
import { Check } from '../../ui/form.tsx';
import { ErrorBox } from '../../ui/notice-box.tsx';
import { ActionCancelled, useFresh } from '../session/fresh-gate.tsx';

const ZONES = Intl.supportedValuesOf('timeZone');

export function ConnectForm({ onAuthorize }: { readonly onAuthorize: (address: string) => void }) {
  const fresh = useFresh();
  const begin = useMutation({
    mutationFn: (body: { region: string; timezone: string }) => fresh(() => beginConnect(body)),
    onSuccess: ({ authorizeUrl }) => onAuthorize(authorizeUrl),
  });
  const { register, handleSubmit, setValue, formState, control } = useForm({
    defaultValues: { region: '', timezone: '', isZoneRight: false },
  });
  const { errors } = formState;
  const submit = handleSubmit(({ region, timezone }) => begin.mutate({ region, timezone }));
  const region = register('region', { required: 'Choose the region of the shop.' });
  const timezone = useWatch({ control, name: 'timezone' });
  return (
    <form noValidate onSubmit={(event) => void submit(event)} className="flex flex-col gap-6">
      <div className="grid gap-5 md:grid-cols-2">
        <Select label="Region of the shop" error={errors.region?.message}>
          <select
            className="field"
            aria-invalid={errors.region !== undefined}
            {...region}
            onChange={(event) => {
              void region.onChange(event);
              const market = marketOf(event.target.value);
              setValue('timezone', market?.zone ?? '', { shouldValidate: market?.zone != null });
              setValue('isZoneRight', false);
            }}
          >
            <option value="">Choose…</option>
            {MARKETS.map((market) => (
              <option key={market.region} value={market.region}>
                {formatRegion(market.region)} ({market.currency})
              </option>
            ))}
          </select>
        </Select>
        <Select label="Time zone of its days" error={errors.timezone?.message}>
          <select
            className="field"
            aria-invalid={errors.timezone !== undefined}
            {...register('timezone', { required: 'Choose the time zone.' })}
          >
            <option value="">Choose…</option>
            {ZONES.map((zone) => (
              <option key={zone} value={zone}>
                {formatZone(zone)}
              </option>
            ))}
          </select>
        </Select>
      </div>
      <Check
        label={
          <>
            {timezone === '' ? 'The zone' : <strong>{formatZone(timezone)}</strong>} is right: a day
            of this shop begins at midnight there. Days that are over keep their zone.
          </>
        }
        error={errors.isZoneRight?.message}
        {...register('isZoneRight', { required: 'Please confirm the time zone.' })}
      />
      <Permissions />
      {begin.isError && !(begin.error instanceof ActionCancelled) ? (
        <ErrorBox error={begin.error} />
      ) : null}
      <div className="flex flex-wrap items-center gap-4">
        <Button type="submit" tone="solid" disabled={begin.isPending}>
          {begin.isPending ? 'Preparing…' : 'Continue to TikTok Shop'}
        </Button>
        <p className="text-[0.87rem] text-soft">You approve the access there and come back here.</p>
      </div>
    </form>
  );
}

interface SelectProps {
  readonly label: string;
  readonly error: string | undefined;
  readonly children: React.ReactNode;
}

function Select({ label, error, children }: SelectProps) {
  return (
    <label className="flex flex-col gap-1">
      <span className="text-[0.9rem] font-medium">{label}</span>
      {children}
      {error === undefined ? null : (
        <span role="alert" className="text-[0.85rem] text-bad">
          {error}
        </span>
      )}
    </label>
  );
}

/** What is asked for, and what for: before anyone leaves for the platform. */
function Permissions() {
  return (
    <fieldset className="sheet px-5 py-4">
      <legend className="label px-1">
        We will ask for these permissions, all of them read-only
      </legend>
      <dl className="flex flex-col divide-y divide-rule">
        {PERMISSION_CATEGORIES.map(({ policyName, purpose, tiktokScopes }) => (
          <div key={policyName} className="grid gap-x-4 py-2 md:grid-cols-[13rem_1fr]">
            <dt>
              <code className="font-mono text-[0.85rem]">{policyName}</code>
            </dt>
            <dd>
              {purpose}
              <span className="block font-mono text-[0.75rem] text-soft">
                {tiktokScopes.join(', ')}
              </span>
            </dd>
          </div>
        ))}
      </dl>
    </fieldset>
  );
}
