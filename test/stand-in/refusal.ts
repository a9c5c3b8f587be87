/** An answer that GitHub gives instead of what was asked for. */
export class Refusal extends Error {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly headers: Record<string, string>;

  constructor(status: number, message: string, options: { body?: object; headers?: Record<string, string> } = {}) {
    super(message);
    this.status = status;
    this.body = { message, documentation_url: "https://docs.github.com/rest", status: String(status), ...options.body };
    this.headers = options.headers ?? {};
  }
}

export const notFound = () => new Refusal(404, "Not Found");
export const badCredentials = () => new Refusal(401, "Bad credentials");
export const notForApps = () => new Refusal(403, "Resource not accessible by integration");
export const mustBeAdmin = () => new Refusal(403, "Must have admin rights to Repository.");

/** 422 with the field at fault, as for a value that breaks a rule. */
export function invalid(resource: string, field: string, options: { code?: string; message?: string } = {}): Refusal {
  const { code = "invalid", message } = options;
  return new Refusal(422, "Validation Failed", {
    body: { errors: [{ resource, field, code, ...(message !== undefined && { message }) }] },
  });
}

/** 422 of the endpoints whose errors are sentences. */
export function unprocessable(message: string, errors: readonly string[] = [message]): Refusal {
  return new Refusal(422, "Unprocessable Entity", { body: { errors } });
}

/** The value, or the answer 404. */
export function found<T>(value: T | undefined): T {
  if (value === undefined) throw notFound();
  return value;
}
