import type { ComponentProps } from 'react';

const BASE =
  'inline-flex items-center justify-center gap-2 rounded-[3px] font-medium transition-colors disabled:opacity-60';
const TONES = {
  solid: 'bg-brand text-on-brand hover:bg-accent hover:text-sheet',
  plain: 'border border-edge bg-sheet text-ink hover:bg-well',
  quiet: 'text-soft hover:bg-well hover:text-ink',
  danger: 'border border-bad bg-sheet text-bad hover:bg-bad-wash',
} as const;
const SIZES = {
  normal: 'min-h-10 px-4 text-[0.93rem]',
  small: 'min-h-8 px-3 text-[0.87rem]',
  icon: 'size-8',
} as const;

export interface ButtonLook {
  readonly tone?: keyof typeof TONES;
  readonly size?: keyof typeof SIZES;
}

export const buttonClass = ({ tone = 'plain', size = 'normal' }: ButtonLook): string =>
  `${BASE} ${TONES[tone]} ${SIZES[size]}`;

export function Button({
  tone,
  size,
  className = '',
  ...rest
}: ComponentProps<'button'> & ButtonLook) {
  const look = {
    ...(tone === undefined ? {} : { tone }),
    ...(size === undefined ? {} : { size }),
  };
  return <button type="button" className={`${buttonClass(look)} ${className}`} {...rest} />;
}
