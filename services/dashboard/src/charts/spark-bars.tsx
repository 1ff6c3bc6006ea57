interface SparkBarsProps {
  readonly values: readonly (string | null)[];
  readonly active: number | undefined;
  readonly onActive: (index: number | undefined) => void;
}

const HEIGHT = 40;

/** Shape of the range in 40 pixels. The figures stand beside it, so it is hidden from readers. */
export function SparkBars({ values, active, onActive }: SparkBarsProps) {
  const numbers = values.map((value) => (value === null ? null : Number(value)));
  const high = Math.max(0, ...numbers.map((value) => value ?? 0));
  const low = Math.min(0, ...numbers.map((value) => value ?? 0));
  const span = high - low || 1;
  // Where everything is zero, the base line lies at the bottom.
  const zero = high === 0 && low === 0 ? HEIGHT : (high / span) * HEIGHT;
  return (
    <svg
      viewBox={`0 0 ${Math.max(1, values.length) * 10} ${HEIGHT}`}
      preserveAspectRatio="none"
      height={HEIGHT}
      aria-hidden="true"
      className="block w-full"
      onPointerMove={(event) => {
        const box = event.currentTarget.getBoundingClientRect();
        const share = (event.clientX - box.left) / (box.width || 1);
        onActive(Math.max(0, Math.min(values.length - 1, Math.floor(share * values.length))));
      }}
      onPointerLeave={() => onActive(undefined)}
    >
      <rect width="100%" height={HEIGHT} fill="transparent" />
      {numbers.map((value, index) =>
        value === null ? null : (
          <rect
            key={index}
            x={index * 10 + 1}
            width="8"
            y={value >= 0 ? zero - (value / span) * HEIGHT : zero}
            height={Math.max(value === 0 ? 0.8 : 1.2, (Math.abs(value) / span) * HEIGHT)}
            className={index === active ? 'fill-ink' : 'fill-series opacity-55'}
          />
        ),
      )}
      <rect y={zero - 0.5} width="100%" height="0.5" className="fill-edge" />
    </svg>
  );
}
