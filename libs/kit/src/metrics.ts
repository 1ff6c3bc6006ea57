import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

export interface MetricOptions<L extends string> {
  /** Without prefix: `orders_stored_total` becomes `tokometrics_<service>_orders_stored_total`. */
  readonly name: string;
  readonly help: string;
  /** Closed sets only: never a tenant, shop, account, URL or address. */
  readonly labels?: readonly L[];
  /** Label sets that exist from the start with 0, so that a rate over them is never absent. */
  readonly zero?: readonly Readonly<Record<L, string>>[];
}

export interface GaugeOptions<L extends string> extends MetricOptions<L> {
  /** Called at each scrape, to set the gauge then. */
  readonly collect?: (gauge: Gauge<L>) => void | Promise<void>;
}

export interface HistogramOptions<L extends string> extends Omit<MetricOptions<L>, 'zero'> {
  /** Upper bounds, in seconds for durations. */
  readonly buckets?: readonly number[];
}

/** Asking twice for one name gives the same metric, so that several parts may count together. */
export interface Metrics {
  readonly registry: Registry;
  counter<L extends string = never>(options: MetricOptions<L>): Counter<L>;
  gauge<L extends string = never>(options: GaugeOptions<L>): Gauge<L>;
  histogram<L extends string = never>(options: HistogramOptions<L>): Histogram<L>;
  /** The text that `/metrics` answers. */
  text(): Promise<string>;
}

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export interface MetricsOptions {
  readonly service: string;
  /** Process metrics (CPU, memory, event loop); default true. */
  readonly runtime?: boolean;
}

export function createMetrics({ service, runtime = true }: MetricsOptions): Metrics {
  const registry = new Registry();
  if (runtime) {
    collectDefaultMetrics({ register: registry });
  }
  const prefix = `tokometrics_${service.replaceAll('-', '_')}_`;

  return {
    registry,
    counter<L extends string>({ name, help, labels = [], zero = [] }: MetricOptions<L>) {
      const fullName = prefix + name;
      const known = registry.getSingleMetric(fullName);
      if (known !== undefined) {
        return expectKind(known, isCounter<L>, fullName);
      }
      const labelNames = [...labels];
      const counter = new Counter<L>({ name: fullName, help, labelNames, registers: [registry] });
      zero.forEach((set) => {
        counter.inc(set, 0);
      });
      return counter;
    },
    gauge<L extends string>({ name, help, labels = [], zero = [], collect }: GaugeOptions<L>) {
      const fullName = prefix + name;
      const known = registry.getSingleMetric(fullName);
      if (known !== undefined) {
        return expectKind(known, isGauge<L>, fullName);
      }
      const gauge: Gauge<L> = new Gauge<L>({
        name: fullName,
        help,
        labelNames: [...labels],
        registers: [registry],
        ...(collect === undefined ? {} : { collect: (): void | Promise<void> => collect(gauge) }),
      });
      zero.forEach((set) => {
        gauge.set(set, 0);
      });
      return gauge;
    },
    histogram<L extends string>({ name, help, labels = [], buckets }: HistogramOptions<L>) {
      const fullName = prefix + name;
      const known = registry.getSingleMetric(fullName);
      if (known !== undefined) {
        return expectKind(known, isHistogram<L>, fullName);
      }
      return new Histogram<L>({
        name: fullName,
        help,
        labelNames: [...labels],
        buckets: [...(buckets ?? SECONDS)],
        registers: [registry],
      });
    },
    text: () => registry.metrics(),
  };
}

function expectKind<M>(metric: unknown, isKind: (metric: unknown) => metric is M, name: string): M {
  if (!isKind(metric)) {
    throw new TypeError(`metric ${name} exists with another kind`);
  }
  return metric;
}

function isCounter<L extends string>(metric: unknown): metric is Counter<L> {
  return metric instanceof Counter;
}

function isGauge<L extends string>(metric: unknown): metric is Gauge<L> {
  return metric instanceof Gauge;
}

function isHistogram<L extends string>(metric: unknown): metric is Histogram<L> {
  return metric instanceof Histogram;
}
