import type { ComponentProps, ReactNode } from 'react';
import { useId } from 'react';

interface FieldProps extends ComponentProps<'input'> {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly error?: string | undefined;
}

export function Field({ label, hint, error, ...input }: FieldProps) {
  const id = useId();
  const noteId = `${id}-note`;
  const hasNote = error !== undefined || hint !== undefined;
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="text-[0.9rem] font-medium">
        {label}
      </label>
      <input
        id={id}
        className="field"
        aria-invalid={error !== undefined}
        aria-describedby={hasNote ? noteId : undefined}
        {...input}
      />
      {hasNote ? (
        <p
          id={noteId}
          className={`text-[0.85rem] ${error === undefined ? 'text-soft' : 'text-bad'}`}
        >
          {error ?? hint}
        </p>
      ) : null}
    </div>
  );
}

interface CheckProps extends ComponentProps<'input'> {
  readonly label: ReactNode;
  readonly error?: string | undefined;
}

export function Check({ label, error, ...input }: CheckProps) {
  const id = useId();
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="flex items-start gap-3 text-[0.9rem]">
        <input
          id={id}
          type="checkbox"
          className="mt-1 size-4 flex-none accent-accent"
          aria-invalid={error !== undefined}
          aria-describedby={error === undefined ? undefined : `${id}-note`}
          {...input}
        />
        <span>{label}</span>
      </label>
      {error === undefined ? null : (
        <p id={`${id}-note`} className="pl-7 text-[0.85rem] text-bad">
          {error}
        </p>
      )}
    </div>
  );
}
