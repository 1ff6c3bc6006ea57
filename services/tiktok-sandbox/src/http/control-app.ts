import express, {
  type ErrorRequestHandler,
  type Express,
  type Request,
  type Response,
} from 'express';
import type { Logger } from '@tokometrics/kit';
import { ZodError, type z } from 'zod';
import type { ControlDeps } from './control-deps.ts';
import { ControlRefusal } from './control-route.ts';
import { CONTROL_ROUTES } from './control-routes.ts';

/** For people and tests on this machine: no signature, its own port, JSON in and out. */
export function createControlApp(deps: ControlDeps, log: Logger): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use(express.json({ limit: '256kb' }));
  for (const route of CONTROL_ROUTES) {
    app[route.method](route.path, async (request: Request, response: Response) => {
      const body = route.body?.parse(request.body ?? {});
      const reply = await route.handle(deps, {
        body,
        params: request.params,
        query: new URLSearchParams(request.originalUrl.split('?')[1] ?? ''),
      });
      response.json(reply);
    });
  }
  app.use((_request: Request, response: Response) => {
    response.status(404).json({ error: 'no such control route' });
  });
  app.use(answerError(log));
  return app;
}

function answerError(log: Logger): ErrorRequestHandler {
  return (error: unknown, _request, response, _next) => {
    if (error instanceof ControlRefusal) {
      response.status(error.status).json({ error: error.message });
    } else if (error instanceof ZodError) {
      response.status(400).json({ error: 'body refused', issues: issuesOf(error) });
    } else if (error instanceof SyntaxError) {
      response.status(400).json({ error: 'body is not JSON' });
    } else {
      log.error({ err: error }, 'a control call failed');
      response.status(500).json({ error: 'internal' });
    }
  };
}

function issuesOf(error: z.ZodError): { path: string; code: string }[] {
  return error.issues.map(({ path, code }) => ({ path: path.join('.'), code }));
}
