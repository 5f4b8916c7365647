/**
 * The way through a vote: who I am, ballot, review, sending, receipt.
 *
 * The address's fragment says which screen is shown, so that back and reload work. What is on the
 * device decides the rest: a signed act that nobody answered is sent again before anything else.
 */

import { keyId, keyIn, signerOf } from "../keys/signers.ts";
import { ActedElsewhere, type KeptAct, openStore, type Place, type Store } from "../keys/store.ts";
import { encodeChoices, type Marks } from "../protocol/choices.ts";
import { BALLOT, WITHDRAWAL } from "../protocol/messages.ts";
import { button, find, make } from "../ui/elements.ts";
import { busyButton, note, show, working } from "../ui/screen.ts";
import { amount, t } from "../ui/text.ts";
import { Api, type Credential, type Me, Refused, type Session } from "./api.ts";
import { Booth, type Prepared, type Signer } from "./booth.ts";
import { type Draft, Drafts, keepSession, keptSession } from "./draft.ts";
import { type Opened, opened, type Question, questionsOf } from "./election.ts";
import { challengeScreen, envelopeNote } from "./screens/challenge.ts";
import { enterScreen, factorScreen } from "./screens/entering.ts";
import { itemScreen, summary } from "./screens/marking.ts";
import { moveScreen } from "./screens/moving.ts";
import { receiptCard } from "./screens/receipt.ts";
import { signersOffer } from "./screens/signing.ts";
import { explain } from "./trouble.ts";

/** A member who is known, and what this device holds for them. */
interface Voter {
  readonly me: Me;
  readonly place: Place;
  readonly class_: number;
  readonly questions: readonly Question[];
  readonly booth: Booth;
  readonly drafts: Drafts;
}

const REVIEW = "#review";
const DONE = "#done";

/** One voter's visit to one election. */
export class Flow {
  readonly api = new Api();
  readonly election: string;
  #store: Store | null = null;
  #opened: Opened | null = null;
  #voter: Voter | null = null;
  #draft: Draft | null = null;
  #keyed: Promise<{ credential: Credential; signer: Signer }> | null = null;
  #prepared: Prepared | null = null;

  constructor(election: string) {
    this.election = election;
    this.api.token = keptSession(election);
    addEventListener("hashchange", () => void this.#guard(() => this.#route()));
  }

  /** Show whatever fits this moment. */
  start(): Promise<void> {
    return this.#guard(async () => {
      show(t("투표를 준비하고 있습니다"), working(t("기다려 주세요…")));
      await this.#identify();
    });
  }

  /** A session was opened or raised: go on with it. */
  async entered(session: Session): Promise<void> {
    keepSession(this.election, session.token);
    await this.#guard(() => this.#identify());
  }

  async #guard(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (error instanceof Refused && error.code === "session_missing") {
        this.#leave();
        const said = t("본인 확인을 한 지 오래되었습니다. 받은 링크를 다시 눌러 주세요.");
        await this.#enter(said).catch((again) => this.#trouble(again, () => void this.start()));
      } else {
        this.#trouble(error, () => void this.start());
      }
    }
  }

  async #enter(said = ""): Promise<void> {
    const { methods } = await this.api.methods(this.election);
    enterScreen(this, methods, said);
  }

  async #identify(): Promise<void> {
    if (this.api.token === null) {
      await this.#enter();
      return;
    }
    const [told, me] = await Promise.all([this.api.election(this.election), this.api.me()]);
    this.#opened = opened(told);
    if (me.voter === null) {
      factorScreen(this, me.missing);
      return;
    }
    const election = this.#known();
    const place = { election: this.election, voter: me.voter };
    this.#store ??= await openStore();
    const class_ = me.class ?? 0;
    this.#voter = {
      me,
      place,
      class_,
      questions: questionsOf(election, class_),
      booth: new Booth(election.domain, election.manifest, place, this.#store, this.api),
      drafts: new Drafts(this.election, me.voter, election.manifest.items.length),
    };
    this.#draft = this.#voter.drafts.load();
    await this.#settle();
  }

  /** First what is unfinished, then where the address points. */
  async #settle(): Promise<void> {
    const last = await this.#last();
    if (last?.state === "signed") {
      await this.#resume(last);
      return;
    }
    await this.#route();
  }

  async #route(): Promise<void> {
    const voter = this.#voter;
    if (voter === null) {
      return;
    }
    const item = Number(location.hash.slice(1));
    if (this.#draft !== null && location.hash === REVIEW) {
      await this.#review(voter, this.#draft);
    } else if (this.#draft !== null && voter.questions[item - 1] !== undefined) {
      this.#item(voter, this.#draft, item);
    } else {
      await this.#home(voter);
    }
  }

  async #home(voter: Voter): Promise<void> {
    const last = await this.#last();
    const sent = (await this.#acts()).filter((act) => act.state === "accepted").at(-1);
    if (sent !== undefined) {
      this.#done(voter, sent);
    } else if (this.#known().phase !== "voting") {
      this.#notOpen();
    } else if (await this.#isElsewhere(voter)) {
      this.#move(voter);
    } else {
      this.#who(voter, last);
    }
  }

  #who(voter: Voter, last: KeptAct | null): void {
    const { me } = voter;
    const weight = me.weight !== null && me.weight !== "1" ? amount(BigInt(me.weight)) : null;
    show(
      t("본인이 맞습니까?"),
      last !== null && note("", t("지난번에는 표가 보내지지 않았습니다. 다시 투표해 주세요.")),
      make(
        "dl",
        { class: "facts card" },
        ...(me.name === null ? [] : fact(t("이름"), t("{name} 님", { name: me.name }))),
        ...fact(t("선거인 번호"), String(me.voter ?? "")),
        ...(weight === null ? [] : fact(t("의결권"), weight)),
      ),
      note("", this.#secrecyText()),
      make(
        "div",
        { class: "actions" },
        !me.listed &&
          button(t("네, 투표를 시작합니다"), () => void this.#guard(() => this.#begin()), {
            class: "button button-large button-full",
          }),
        busyButton(t("제가 아닙니다"), () => this.#signOut(), {
          class: "button-quiet button-full",
        }),
      ),
    );
    if (me.key === null) {
      void this.#offerSigners(voter);
    }
  }

  /** Members with a wallet or a passkey may sign with it instead of a key made here. */
  async #offerSigners({ me, place }: Voter): Promise<void> {
    const { methods } = await this.api.methods(this.election);
    const offer = await signersOffer({
      api: this.api,
      place,
      listed: me.listed === true,
      passkeys: methods.includes("passkey"),
      chosen: async (key) => {
        await this.#storeKnown().keepKey(key);
        this.#keyed = null;
        await this.#guard(() => this.#begin());
      },
    });
    const screen = find("#app .screen");
    if (offer !== null && screen.querySelector("dl.facts") !== null) {
      screen.append(offer);
    }
  }

  #secrecyText(): string {
    return this.#known().isSealed
      ? t(
          "투표가 끝날 때까지 아무도 내용을 볼 수 없습니다. 개표하면 선거인 번호와 함께 공개됩니다. 이름은 공개되지 않습니다.",
        )
      : t(
          "공개 투표입니다. 무엇을 골랐는지 선거인 번호와 함께 바로 공개됩니다. 이름은 공개되지 않습니다.",
        );
  }

  async #begin(): Promise<void> {
    const voter = this.#voterKnown();
    const basedOn = order(await this.#last());
    if (this.#draft?.basedOn !== basedOn) {
      this.#draft = voter.drafts.begin(basedOn);
    }
    void this.#key().catch(() => undefined); // shown when the voter gets to the review
    this.#go("#1");
  }

  #item(voter: Voter, draft: Draft, item: number): void {
    const question = voter.questions[item - 1];
    const count = voter.questions.length;
    if (question === undefined) {
      return;
    }
    itemScreen({
      question,
      place: item,
      count,
      marks: draft.marks[item - 1] ?? [],
      changed: (marks) => this.#mark(voter, item - 1, marks),
      back: () => (item === 1 ? this.#go("") : this.#go(`#${item - 1}`)),
      next: () => this.#go(item === count ? REVIEW : `#${item + 1}`),
    });
  }

  #mark(voter: Voter, item: number, marks: Marks): void {
    const draft = this.#draft;
    if (draft !== null) {
      const all = draft.marks.map((each, at) => (at === item ? marks : each));
      this.#draft = { ...draft, marks: all };
      this.#prepared = null;
      voter.drafts.save(this.#draft);
    }
  }

  async #review(voter: Voter, draft: Draft): Promise<void> {
    const election = this.#known();
    const send = busyButton(t("투표하기"), () => this.#cast(voter, draft), {
      class: "button button-large",
    });
    const envelope = make("div", {});
    show(
      t("보내기 전에 확인해 주세요"),
      make("p", { class: "lead" }, t("이대로 보내려면 아래의 ‘투표하기’를 눌러 주세요.")),
      summary(voter.questions, draft.marks, (item) => this.#go(`#${item + 1}`)),
      envelope,
      make(
        "div",
        { class: "bottom" },
        button(t("이전"), () => this.#go(`#${voter.questions.length}`), {
          class: "button-quiet button-large",
        }),
        send,
      ),
    );
    if (election.isSealed) {
      const open = () => void this.#guard(() => this.#challenge(voter, draft));
      envelope.replaceChildren(envelopeNote(open));
    }
  }

  async #challenge(voter: Voter, draft: Draft): Promise<void> {
    show(t("봉투를 만들고 있습니다"), working(t("기다려 주세요…")));
    const prepared = await this.#prepare(voter, draft);
    challengeScreen({
      election: this.#known(),
      prepared,
      voter: voter.place.voter,
      summary: summary(voter.questions, draft.marks, null),
      // An envelope that was opened is never cast: the next one is made anew.
      spoil: () => {
        this.#prepared = null;
      },
      cast: () => this.#cast(voter, draft),
      back: () => void this.#guard(() => this.#review(voter, draft)),
    });
  }

  async #prepare(voter: Voter, draft: Draft): Promise<Prepared> {
    if (this.#prepared === null) {
      const { credential } = await this.#key();
      const choices = encodeChoices(this.#known().manifest.items, draft.marks);
      this.#prepared = await voter.booth.prepare(choices, credential);
    }
    return this.#prepared;
  }

  async #cast(voter: Voter, draft: Draft): Promise<void> {
    if (this.#known().phase !== "voting") {
      this.#opened = opened(await this.api.election(this.election));
    }
    show(t("표를 보내고 있습니다"), working(t("창을 닫지 말고 기다려 주세요.")));
    await this.#acting(async () => {
      if (order(await this.#last()) !== draft.basedOn) {
        throw new ActedElsewhere("another tab acted");
      }
      const { credential, signer } = await this.#key();
      const prepared = await this.#prepare(voter, draft);
      return voter.booth.cast(prepared, credential, signer);
    });
  }

  async #withdraw(voter: Voter): Promise<void> {
    show(t("투표를 취소하고 있습니다"), working(t("창을 닫지 말고 기다려 주세요.")));
    await this.#acting(async () => {
      const { credential, signer } = await this.#key();
      return voter.booth.cast(await voter.booth.withdrawal(credential), credential, signer);
    });
  }

  async #resume(act: KeptAct): Promise<void> {
    show(
      t("보내던 표를 마저 보내고 있습니다"),
      working(t("지난번에 답을 받지 못한 표를 그대로 다시 보냅니다. 한 번만 셉니다.")),
    );
    await this.#acting(() => this.#voterKnown().booth.resume(act));
  }

  /** Do what sends an act; then its receipt, or what went wrong. */
  async #acting(work: () => Promise<KeptAct>): Promise<void> {
    const voter = this.#voterKnown();
    try {
      const act = await work();
      voter.drafts.wipe();
      this.#draft = null;
      this.#prepared = null;
      history.replaceState(null, "", location.pathname + location.search + DONE);
      this.#done(voter, act, true);
    } catch (error) {
      this.#prepared = null;
      await this.#notSent(voter, error);
    }
  }

  async #notSent(voter: Voter, error: unknown): Promise<void> {
    const last = await this.#last();
    if (error instanceof Refused && ["another_key_bound", "wrong_epoch"].includes(error.code)) {
      this.#keyed = null;
      this.#move(voter);
    } else if (last?.state === "signed") {
      this.#trouble(error, () => void this.#resume(last));
    } else if (error instanceof Refused && (await this.#isOver())) {
      this.#trouble(new Refused(error.status, "voting_closed", 0), () => this.#reset());
    } else if (error instanceof ActedElsewhere) {
      voter.drafts.wipe();
      this.#draft = null;
      this.#trouble(error, () => this.#go(""));
    } else {
      this.#trouble(error, () => void this.#guard(() => this.#route()));
    }
  }

  #done(voter: Voter, act: KeptAct, justNow = false): void {
    const election = this.#known();
    const withdrawn = act.kind === WITHDRAWAL;
    const isOpen = election.phase === "voting";
    const title = withdrawn ? t("투표를 취소했습니다") : t("투표했습니다");
    show(
      justNow ? title : withdrawn ? t("취소한 투표입니다") : t("이미 투표했습니다"),
      note(
        "-good",
        withdrawn
          ? t("보낸 표를 되돌렸습니다. 투표가 끝나기 전에는 다시 투표할 수 있습니다.")
          : t("표를 잘 받았습니다. 아래 확인증으로 언제든지 확인할 수 있습니다."),
      ),
      receiptCard(election.title, act, this.api),
      isOpen &&
        make(
          "div",
          { class: "actions" },
          button(
            withdrawn ? t("다시 투표하기") : t("바꿔서 다시 투표하기"),
            () => void this.#guard(() => this.#begin()),
            { class: "button-quiet" },
          ),
          !withdrawn &&
            button(t("투표 취소하기"), () => this.#askToWithdraw(voter, act), {
              class: "button-danger",
            }),
        ),
      make(
        "details",
        { class: "quiet" },
        make("summary", {}, t("이 기기를 다른 사람도 씁니까?")),
        make(
          "p",
          {},
          t(
            "‘나가기’를 누르면 이 창에서 본인 확인을 끝냅니다. 링크를 다시 누르면 들어올 수 있습니다.",
          ),
        ),
        busyButton(t("나가기"), () => this.#signOut(), { class: "button-quiet" }),
      ),
    );
  }

  #askToWithdraw(voter: Voter, act: KeptAct): void {
    show(
      t("투표를 취소하시겠습니까?"),
      note(
        "-warn",
        t("취소하면 보낸 표를 세지 않고, 참석한 사람 수에서도 빠집니다."),
        t("투표가 끝나기 전에는 다시 투표할 수 있습니다."),
      ),
      make(
        "div",
        { class: "actions" },
        button(t("그대로 두기"), () => this.#done(voter, act), { class: "button button-large" }),
        busyButton(t("취소합니다"), () => this.#withdraw(voter), {
          class: "button-danger button-large",
        }),
      ),
    );
  }

  #move(voter: Voter): void {
    moveScreen({
      api: this.api,
      election: this.election,
      me: voter.me,
      makeKey: async () => (await this.#storeKnown().makeKey(voter.place)).address,
      entered: (session) => keepSession(this.election, session.token),
      moved: () => {
        this.#keyed = null;
        void this.#guard(() => this.#identify());
      },
    });
  }

  #notOpen(): void {
    const { phase } = this.#known();
    const soon = phase === "frozen" || phase === "draft";
    show(
      soon ? t("아직 투표가 시작되지 않았습니다") : t("투표가 끝났습니다"),
      note(
        "",
        soon
          ? t("시작한 뒤에 이 링크를 다시 눌러 주세요.")
          : t("이 기기에서는 이 투표에 표를 보내지 않았습니다."),
      ),
      make(
        "div",
        { class: "actions" },
        make(
          "a",
          { class: "button", href: `/elections/${this.election}` },
          t("투표 현황과 결과 보기"),
        ),
      ),
    );
  }

  #trouble(error: unknown, again: () => void): void {
    const told = explain(error);
    show(
      t("문제가 생겼습니다"),
      note("-bad", make("p", {}, make("b", {}, told.what)), told.ballot, told.todo),
      make(
        "div",
        { class: "actions" },
        told.again
          ? button(t("다시 시도하기"), again, { class: "button button-large" })
          : button(t("처음으로"), () => this.#reset(), { class: "button button-large" }),
      ),
    );
  }

  /** Whether voting has ended meanwhile: that is then why nothing was taken. */
  async #isOver(): Promise<boolean> {
    const told = await this.api.election(this.election).catch(() => null);
    return told !== null && !["draft", "frozen", "voting"].includes(told.phase);
  }

  #reset(): void {
    history.replaceState(null, "", location.pathname + location.search);
    void this.start();
  }

  /** The voter's key with its credential, made and bound once a visit. */
  #key(): Promise<{ credential: Credential; signer: Signer }> {
    this.#keyed ??= this.#bind().catch((error: unknown) => {
      this.#keyed = null;
      throw error;
    });
    return this.#keyed;
  }

  async #bind(): Promise<{ credential: Credential; signer: Signer }> {
    const { place, me } = this.#voterKnown();
    const store = this.#storeKnown();
    const kept = await navigator.locks.request(
      `hanpyo.key.${place.election}.${place.voter}`,
      async () => (await store.key(place)) ?? (await store.makeKey(place)),
    );
    const credential = me.listed
      ? listedCredential(me, keyId(kept))
      : await this.api.bind(keyIn(kept));
    return { credential, signer: signerOf(kept) };
  }

  /** Whether the service knows another key than this device's for the voter. */
  async #isElsewhere({ me, place }: Voter): Promise<boolean> {
    if (me.key === null) {
      return false;
    }
    const own = await this.#storeKnown().key(place);
    return own === null || keyId(own) !== me.key.key;
  }

  async #signOut(): Promise<void> {
    await this.api.signOut().catch(() => undefined);
    this.#voter?.drafts.wipe();
    this.#leave();
    history.replaceState(null, "", location.pathname + location.search);
    await this.#guard(() => this.#enter(t("본인 확인을 끝냈습니다.")));
  }

  #leave(): void {
    keepSession(this.election, null);
    this.api.token = null;
    this.#voter = null;
    this.#draft = null;
    this.#keyed = null;
    this.#prepared = null;
  }

  #go(hash: string): void {
    if (location.hash === hash) {
      void this.#guard(() => this.#route());
    } else {
      location.hash = hash;
    }
  }

  async #acts(): Promise<KeptAct[]> {
    return this.#storeKnown().acts(this.#voterKnown().place);
  }

  async #last(): Promise<KeptAct | null> {
    return this.#storeKnown().last(this.#voterKnown().place);
  }

  #known(): Opened {
    if (this.#opened === null) {
      throw new Error("the election is not read yet");
    }
    return this.#opened;
  }

  #voterKnown(): Voter {
    if (this.#voter === null) {
      throw new Error("nobody is signed in");
    }
    return this.#voter;
  }

  #storeKnown(): Store {
    if (this.#store === null) {
      throw new Error("the storage is not open");
    }
    return this.#store;
  }
}

/** The order of an act, to tell whether another came since. */
function order(act: KeptAct | null): string {
  return act === null ? "" : `${act.epoch}.${act.revision}.${act.kind === BALLOT}`;
}

/** What takes a credential's place for a voter whose wallet the roll itself names. */
function listedCredential(me: Me, key: string): Credential {
  const { voter, weight, class: class_ } = me;
  return {
    voter: voter ?? 0,
    key,
    weight: weight ?? "1",
    class: class_ ?? 0,
    epoch: 0,
    attestations: [],
  };
}

function fact(name: string, value: string): HTMLElement[] {
  return [make("dt", {}, name), make("dd", {}, value)];
}
