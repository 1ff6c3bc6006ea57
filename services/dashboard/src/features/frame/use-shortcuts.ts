import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';

const PAGES = { o: '/orders', t: '/today', r: '/overview', h: '/settings/privacy' } as const;
const isPage = (key: string): key is keyof typeof PAGES => key in PAGES;
const PAIR_MS = 1_200;

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(?:INPUT|SELECT|TEXTAREA)$/.test(target.tagName));

/** `g` and then a letter goes to a page. Single letters do nothing: they hinder speech input. */
export function useShortcuts(): void {
  const navigate = useNavigate();
  const begunAt = useRef(0);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target)) {
        return;
      }
      if (event.key === 'g') {
        begunAt.current = event.timeStamp;
      } else if (isPage(event.key) && event.timeStamp - begunAt.current < PAIR_MS) {
        begunAt.current = 0;
        void navigate({ to: PAGES[event.key] });
      }
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [navigate]);
}
