const PATHS = {
  overview: 'M3 17V9m5 8V4m5 13v-6m5 6V7',
  today: 'M10 5v5l3.5 2M10 2.5a7.5 7.5 0 1 1 0 15 7.5 7.5 0 0 1 0-15',
  orders: 'M4 3h12v14l-3-2-3 2-3-2-3 2zM7 7h6M7 10.5h6',
  hold: 'M10 2.5 16.5 5v4.5c0 4-2.7 6.8-6.5 8-3.800-1.200-6.500-4-6.500-8V5zM7.200 10l2 2 3.600-4',
  settings: 'M3 6h8m4 0h2M3 14h2m4 0h8M13 4v4M7 12v4',
  rows: 'M3 5h14M3 10h14M3 15h9',
  info: 'M10 9v5M10 6.200v.1M10 2.500a7.500 7.500 0 1 1 0 15 7.500 7.500 0 0 1 0-15',
  close: 'm5 5 10 10M15 5 5 15',
  refresh: 'M16 10a6 6 0 1 1-2-4.500M16 3v3.500h-3.500',
  filter: 'M3 5h14M6 10h8M9 15h2',
  download: 'M10 3v9m-3.500-3.500L10 12l3.500-3.500M4 16h12',
  left: 'm12 4-6 6 6 6',
} as const;
export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 20 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
      className="flex-none"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}

export function Mark() {
  return (
    <svg width="28" height="28" viewBox="0 0 32 32" aria-hidden="true" className="flex-none">
      <rect width="32" height="32" rx="7" className="fill-brand" />
      <path
        d="M7 10h18M16 10v15"
        stroke="var(--on-brand)"
        strokeWidth="3.2"
        strokeLinecap="square"
        fill="none"
      />
      <path
        d="M8 23.5v-6M24 23.5v-9"
        stroke="#e0a84a"
        strokeWidth="3.2"
        strokeLinecap="square"
        fill="none"
      />
    </svg>
  );
}
