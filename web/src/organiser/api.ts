/** The staff's API as the pages' scripts call it. */

/** The service said no, or nothing; `code` is one of its stable names, empty without an answer. */
export class Refused extends Error {
  override name = "Refused";
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/** POST JSON, with the session's CSRF token where there is one; what the answer holds. */
export async function post(path: string, body: object, csrf: string | null): Promise<unknown> {
  const headers: Record<string, string> = { Accept: "application/json" };
  headers["Content-Type"] = "application/json";
  if (csrf !== null) {
    headers["X-CSRF-Token"] = csrf;
  }
  let answer: Response;
  try {
    answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
  } catch {
    throw new Refused("");
  }
  const told: unknown = await answer.json().catch(() => null);
  if (!answer.ok) {
    throw new Refused(textOf(told, "code"));
  }
  return told;
}

/** A field of an answer that is text; empty where it is not. */
export function textOf(value: unknown, name: string): string {
  const found = fieldOf(value, name);
  return typeof found === "string" ? found : "";
}

/** A field of an answer, whatever it is. */
export function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null
    ? (value as Record<string, unknown>)[name]
    : undefined;
}
