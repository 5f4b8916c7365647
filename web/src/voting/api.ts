/** The service's API as the voter's page uses it, and what can go wrong with it. */

const PATIENCE = 20_000;

/** The service answered that it will not; `code` is one of its stable names. */
export class Refused extends Error {
  override name = "Refused";
  readonly status: number;
  readonly code: string;
  readonly retryAfter: number;

  constructor(status: number, code: string, retryAfter: number) {
    super(`${status} ${code}`);
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
  }

  /** Whether the same request may succeed later, nothing having been decided. */
  get passes(): boolean {
    return this.status === 429 || this.status >= 500;
  }
}

/** Nobody knows whether the request arrived. */
export class Unreachable extends Error {
  override name = "Unreachable";
}

/** An election as `/v1/elections/ID` tells it, in the parts that are used here. */
export interface Election {
  readonly id: string;
  readonly title: string;
  readonly text: unknown;
  readonly chainId: string;
  readonly address: string;
  readonly manifestHash: string;
  readonly manifest: string;
  readonly secrecy: string;
  readonly phase: string;
}

/** A session just opened or raised. */
export interface Session {
  readonly token: string;
  readonly election: string;
  readonly expiresAt: number;
  readonly enough: boolean;
  readonly missing: readonly string[];
}

/** Who is signed in. */
export interface Me {
  readonly election: string;
  readonly expiresAt: number;
  readonly enough: boolean;
  readonly missing: readonly string[];
  readonly name: string | null;
  readonly voter: number | null;
  readonly weight: string | null;
  readonly class: number | null;
  readonly listed: boolean | null;
  readonly key: { readonly key: string; readonly epoch: number } | null;
}

/** The registrars' credential of a key. */
export interface Credential {
  readonly voter: number;
  readonly key: string;
  readonly weight: string;
  readonly class: number;
  readonly epoch: number;
  readonly attestations: readonly { readonly index: number; readonly signature: string }[];
}

/** A challenge, and what the page has to show for it. */
export interface Challenge {
  readonly challenge: string;
  readonly method: string;
  readonly show: Readonly<Record<string, unknown>>;
}

/** A voter key as it is bound. */
export type KeyIn =
  | { readonly type: "address"; readonly address: string }
  | { readonly type: "webauthn"; readonly x: string; readonly y: string };

/** A signed ballot as it is handed in. */
export interface BallotBody {
  readonly voter: number;
  readonly epoch: number;
  readonly revision: number;
  readonly kind: number;
  readonly keyType: number;
  readonly key: string;
  readonly wallet: boolean;
  readonly signature: string;
  readonly payload: string;
  readonly attestations: Credential["attestations"];
  readonly chainId: string;
  readonly verifyingContract: string;
}

/** The relay's word that a ballot will be recorded. */
export interface Promised {
  readonly ballot: string;
  readonly includeBy: number;
  readonly relay: string;
  readonly signature: string;
}

/** The answer to a ballot that was taken. */
export interface Accepted {
  readonly digest: string;
  readonly receipt: string;
  readonly promise: Promised;
}

/** Where a ballot stands. */
export interface BallotStatus {
  readonly state: string;
  readonly receivedAt: number;
  readonly blockTime: number | null;
  readonly transaction: string | null;
}

/** Requests of one page; `token` is the member's session. */
export class Api {
  token: string | null = null;

  election(id: string): Promise<Election> {
    return this.#ask("GET", `/v1/elections/${id}`);
  }

  methods(id: string): Promise<{ readonly required: string; readonly methods: readonly string[] }> {
    return this.#ask("GET", `/v1/elections/${id}/methods`);
  }

  acts(
    id: string,
    voter: number,
  ): Promise<{ acts: { payload: { epoch: number; revision: number } }[] }> {
    return this.#ask("GET", `/v1/elections/${id}/acts?voter=${voter}`);
  }

  async enterByLink(token: string): Promise<Session> {
    return this.#opened(await this.#ask<Session>("POST", "/v1/sessions", { token }));
  }

  async enterByLetter(id: string, code: string): Promise<Session> {
    const body = { method: "letter", code };
    return this.#opened(await this.#ask<Session>("POST", `/v1/elections/${id}/sessions`, body));
  }

  begin(id: string, method: string, contact: string): Promise<Challenge> {
    return this.#ask("POST", `/v1/elections/${id}/challenges`, { method, contact });
  }

  beginAnother(method: string): Promise<Challenge> {
    return this.#ask("POST", "/v1/sessions/challenges", { method });
  }

  async verify(challenge: string, answer: object): Promise<Session> {
    const body = { challenge, answer };
    return this.#opened(await this.#ask<Session>("POST", "/v1/sessions/verifications", body));
  }

  me(): Promise<Me> {
    return this.#ask("GET", "/v1/me");
  }

  bind(key: KeyIn): Promise<Credential> {
    return this.#ask("POST", "/v1/me/key", key);
  }

  rebind(key: KeyIn): Promise<{ readonly epoch: number; readonly state: string }> {
    return this.#ask("POST", "/v1/me/rebind", key);
  }

  async signOut(): Promise<void> {
    await this.#ask("DELETE", "/v1/me/session");
    this.token = null;
  }

  post(id: string, body: BallotBody): Promise<Accepted> {
    return this.#ask("POST", `/v1/elections/${id}/ballots`, body, false);
  }

  ballot(digest: string): Promise<BallotStatus> {
    return this.#ask("GET", `/v1/ballots/${digest}`, undefined, false);
  }

  beginPasskey(): Promise<{
    readonly challenge: string;
    readonly options: Record<string, unknown>;
  }> {
    return this.#ask("POST", "/v1/me/passkeys/challenges");
  }

  enrolPasskey(
    challenge: string,
    credential: object,
  ): Promise<{ readonly x: string; readonly y: string }> {
    return this.#ask("POST", "/v1/me/passkeys", { challenge, credential });
  }

  #opened(session: Session): Session {
    this.token = session.token;
    return session;
  }

  async #ask<Answer>(method: string, path: string, body?: object, signed = true): Promise<Answer> {
    const headers: Record<string, string> = { Accept: "application/json" };
    if (body !== undefined) {
      headers["Content-Type"] = "application/json";
    }
    if (signed && this.token !== null) {
      headers["Authorization"] = `Bearer ${this.token}`;
    }
    let response: Response;
    let text: string;
    try {
      response = await fetch(path, {
        method,
        headers,
        body: body === undefined ? null : JSON.stringify(body),
        cache: "no-store",
        credentials: "same-origin",
        redirect: "error",
        signal: AbortSignal.timeout(PATIENCE),
      });
      text = await response.text();
    } catch (cause) {
      throw new Unreachable(path, { cause });
    }
    if (!response.ok) {
      throw refusal(response, text);
    }
    return (text ? JSON.parse(text) : {}) as Answer;
  }
}

function refusal(response: Response, text: string): Refused {
  let code = "unknown";
  try {
    const told = JSON.parse(text) as { code?: unknown };
    code = typeof told.code === "string" ? told.code : code;
  } catch {
    // A proxy answered in place of the service; its status is all there is.
  }
  return new Refused(response.status, code, Number(response.headers.get("Retry-After") ?? 5));
}
