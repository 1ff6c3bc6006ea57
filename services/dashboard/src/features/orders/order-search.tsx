import { useState } from 'react';
import { Button } from '../../ui/button.tsx';

interface OrderSearchProps {
  readonly q: string | undefined;
  readonly onSearch: (q: string | undefined) => void;
}

/** Order numbers are digits, up to twenty of them. */
export function readOrderId(text: string): string | undefined | null {
  const digits = text.replace(/\s/g, '');
  if (digits === '') {
    return undefined;
  }
  return /^\d{1,20}$/.test(digits) ? digits : null;
}

export function OrderSearch({ q, onSearch }: OrderSearchProps) {
  const [text, setText] = useState(q ?? '');
  const id = readOrderId(text);
  return (
    <form
      role="search"
      className="flex items-end gap-2 max-md:w-full"
      onSubmit={(event) => {
        event.preventDefault();
        if (id !== null) {
          onSearch(id);
        }
      }}
    >
      <label className="flex flex-1 flex-col gap-0.5">
        <span className="label">Order number</span>
        <input
          type="search"
          inputMode="numeric"
          className="field field-small !w-full"
          value={text}
          aria-invalid={id === null}
          placeholder="All or its first digits"
          onChange={({ target }) => setText(target.value)}
        />
      </label>
      <Button type="submit" size="small" disabled={id === null}>
        Find
      </Button>
    </form>
  );
}
