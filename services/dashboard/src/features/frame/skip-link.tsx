/** First stop of the keyboard: past the navigation. */
export function SkipLink() {
  return (
    <a
      href="#main"
      className="absolute left-4 top-3 z-50 -translate-y-24 rounded-[3px] bg-brand px-4 py-2 text-on-brand focus:translate-y-0"
    >
      Skip to the content
    </a>
  );
}
