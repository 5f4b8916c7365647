/**
 * The voter's pages: a personal link is traded for a session, then the vote begins.
 *
 * It begins in the page that the link opened, which becomes the election's own: an old phone need
 * not load and start everything twice.
 */

import { button, find, make } from "../ui/elements.ts";
import { note, show, working } from "../ui/screen.ts";
import { t } from "../ui/text.ts";
import { Api, Refused, type Session } from "../voting/api.ts";
import { keepSession, keptSession } from "../voting/draft.ts";
import { Flow } from "../voting/flow.ts";
import { type Departure, departure } from "../voting/screens/proving.ts";
import { explain } from "../voting/trouble.ts";

const link = new AbortController();

/** Take the secret out of the address before anything else, and open a session with it. */
async function enter(): Promise<void> {
  const secret = location.hash.slice(1);
  history.replaceState(null, "", location.pathname + location.search);
  if (secret !== "") {
    await open(secret);
  }
}

async function open(secret: string): Promise<void> {
  show(t("링크를 확인하고 있습니다"), working(t("기다려 주세요…")));
  try {
    const session = await sessionOf(new Api(), secret);
    keepSession(session.election, session.token);
    link.abort();
    const path = `/vote/${session.election}${location.search}`;
    history.replaceState(null, "", path);
    await Promise.all([surround(path), new Flow(session.election).start()]);
  } catch (error) {
    refused(error, secret);
  }
}

/** Bring what stands around the ballot on the election's own page: banner, title, agenda. */
async function surround(path: string): Promise<void> {
  const answer = await fetch(path, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer?.ok) {
    location.replace(path);
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  document.querySelector("main > .agenda")?.remove();
  find("#app").before(...page.querySelectorAll("main > .eyebrow"));
  find("#app").after(...page.querySelectorAll("main > #agenda"));
  find(".site-head").prepend(...page.querySelectorAll(".test-banner"));
}

async function sessionOf(api: Api, secret: string): Promise<Session> {
  const said = new URLSearchParams(secret);
  if (said.get("oidc") !== "1") {
    return api.enterByLink(secret);
  }
  return returned(api, said, departure());
}

/** Back from another service, with what it says of the member. */
async function returned(api: Api, said: URLSearchParams, begun: Departure): Promise<Session> {
  api.token = keptSession(begun.election ?? "");
  const issuer = said.get("iss");
  const answer = { code: said.get("code") ?? "", ...(issuer === null ? {} : { iss: issuer }) };
  try {
    return await api.verify(said.get("state") ?? begun.challenge ?? "", answer);
  } catch (error) {
    throw error instanceof Refused ? new NotProven(begun.election) : error;
  }
}

/** The other service did not confirm anybody on the roll. */
class NotProven extends Error {
  override name = "NotProven";
  /** Where the member can begin anew. */
  readonly path: string;

  constructor(election: string | undefined) {
    super("the other service confirmed nobody on the roll");
    this.path = election === undefined ? "/" : `/vote/${election}`;
  }
}

function refused(error: unknown, secret: string): void {
  if (error instanceof NotProven) {
    show(
      t("확인하지 못했습니다"),
      note(
        "-bad",
        t("다른 서비스에서 확인을 마치지 않았거나, 그 계정이 이 투표의 명부에 없습니다."),
        t("이미 보낸 표가 있으면 그대로 있습니다."),
      ),
      make(
        "div",
        { class: "actions" },
        make("a", { class: "button", href: error.path }, t("다시 해 보기")),
      ),
    );
    return;
  }
  if (error instanceof Refused && error.status === 401) {
    show(
      t("이 링크로 들어갈 수 없습니다"),
      note(
        "-bad",
        t("링크가 잘렸거나, 새 링크를 보내서 바뀌었거나, 투표가 끝났습니다."),
        t("이미 보낸 표가 있으면 그대로 있습니다."),
      ),
      make(
        "ul",
        {},
        make("li", {}, t("가장 나중에 받은 문자나 메일의 링크를 눌러 주세요.")),
        make("li", {}, t("편지를 받으셨으면 아래 투표를 눌러 코드를 적어 주세요.")),
        make("li", {}, t("그래도 안 되면 담당자에게 새 링크를 부탁해 주세요.")),
      ),
    );
    return;
  }
  const told = explain(error);
  show(
    t("문제가 생겼습니다"),
    note("-bad", make("p", {}, make("b", {}, told.what)), told.todo),
    make(
      "div",
      { class: "actions" },
      button(t("다시 시도하기"), () => void open(secret)),
    ),
  );
}

const election = find<HTMLElement>("#app").dataset["election"];
if (election === undefined) {
  addEventListener("hashchange", () => void enter(), { signal: link.signal });
  void enter();
} else {
  void new Flow(election).start();
}
