/**
 * Signatures, credentials and the roll behind the acts of one batch, held against what was told.
 *
 * An act told as recorded goes on as told, whatever is found wrong with it, so that an altered
 * signature is one finding and does not change the outcome of others.
 */

import { equal } from "../chain/bytes.ts";
import { Desk } from "./acts.ts";
import type { Batch, Listing } from "./batches.ts";
import type { ActEvent, Recorded } from "./events.ts";
import type { Findings } from "./findings.ts";
import { credentialHash } from "./messages.ts";
import { EntryKind, type RollEntry } from "./roll.ts";
import type { SignatureReader, Signed } from "./signed.ts";
import { Skip } from "./skips.ts";
import { say, type Text } from "./text.ts";

export type RollEntries = readonly RollEntry[] | undefined;

/** Judges the acts of batches; `roll` undefined leaves entitlement open. */
export class Judge {
  readonly #reader: SignatureReader;
  readonly #roll: RollEntries;
  readonly #findings: Findings;

  constructor(reader: SignatureReader, roll: RollEntries, findings: Findings) {
    this.#reader = reader;
    this.#roll = roll;
    this.#findings = findings;
  }

  /** The acts with what their signatures prove; what is open follows the outcome told. */
  judge(
    acts: readonly Signed[],
    told: readonly (ActEvent | undefined)[],
    batch: Batch,
  ): readonly Signed[] {
    let signed = acts.map((act, place) => this.#judgeSignature(act, told[place]));
    const listing = batch.form === "compact" ? batch.listing : undefined;
    if (listing !== undefined) signed = this.#judgeList(signed, listing);
    return signed.map((act, place) => {
      const event = told[place];
      const isTaken = event !== undefined && event.kind !== "Skipped";
      return isTaken ? this.#judgeCredential(act, listing !== undefined) : act;
    });
  }

  /** Weight, class and key against the voter's own leaf of the roll. */
  judgeEntitlement(act: Signed): void {
    const { voter, weight, class_ } = act.act.terms;
    if (this.#roll === undefined || act.desk === Desk.checkIn) return;
    const entry = this.#roll[voter];
    if (entry === undefined) {
      const text = say("the roll has no such voter", "명부에 없는 선거인입니다");
      this.#findings.fail("entitlement", text, { voter });
      return;
    }
    this.#findings.count("entitlements");
    const isAnothersKey =
      entry.kind === EntryKind.listed && act.desk === undefined && !equal(act.key, entry.who);
    const faults: [boolean, Text][] = [
      [
        weight !== entry.weight,
        say(
          `weight ${weight}, the roll says ${entry.weight}`,
          `무게가 ${weight}인데 명부에는 ${entry.weight}입니다`,
        ),
      ],
      [
        class_ !== entry.class_,
        say(
          `class ${class_}, the roll says ${entry.class_}`,
          `분류가 ${class_}인데 명부에는 ${entry.class_}입니다`,
        ),
      ],
      [
        isAnothersKey,
        say(
          "voted with another key than the roll lists",
          "명부에 적힌 열쇠가 아닌 열쇠로 투표했습니다",
        ),
      ],
    ];
    for (const [isFound, text] of faults) {
      if (isFound) this.#findings.fail("entitlement", text, { voter });
    }
  }

  /** The voter's own signature; a recorded act counts as signed by the key told. */
  #judgeSignature(act: Signed, event: ActEvent | undefined): Signed {
    if (event?.kind === "Recorded") {
      this.#noteSignature(act, event);
      return { ...act, own: true, key: event.key };
    }
    if (act.own !== undefined) return act;
    return { ...act, own: !(event?.kind === "Skipped" && event.reason === Skip.signature) };
  }

  #noteSignature(act: Signed, event: Recorded): void {
    const findings = this.#findings;
    const where = { voter: act.act.terms.voter };
    if (act.desk !== undefined) findings.count("desk acts");
    else if (act.own === undefined) {
      const text = say(
        "signed by a contract wallet: enforced by the contract, not repeated",
        "계약 지갑의 서명입니다. 컨트랙트가 확인했고, 여기서 되풀이할 수 없습니다",
      );
      findings.note("signatures", text, where);
    } else if (!act.own) {
      const text = say("the voter's signature does not hold", "선거인의 서명이 맞지 않습니다");
      findings.fail("signatures", text, where);
    } else if (!equal(act.key, event.key)) {
      const text = say(
        "the voter's signature is not by the key that the event names",
        "이벤트에 적힌 열쇠로 한 서명이 아닙니다",
      );
      findings.fail("signatures", text, where);
    } else findings.count("signatures");
  }

  #judgeList(acts: readonly Signed[], listing: Listing): Signed[] {
    this.#findings.count("lists");
    const credentials = acts.map((act) => credentialHash(act.act.terms, act.key));
    const attested = this.#reader.listHolds(listing, credentials);
    if (!attested) {
      const text = say(
        "the registrars did not sign this batch's list",
        "명부 관리자들이 서명한 묶음 명단이 아닙니다",
      );
      this.#findings.fail("credentials", text);
    }
    return acts.map((act) => ({ ...act, attested }));
  }

  /** What binds a recorded act to its voter; afterwards it counts as attested. */
  #judgeCredential(act: Signed, listed: boolean): Signed {
    if (listed || act.attested) this.#findings.count("credentials");
    else {
      const [en, ko] =
        act.desk !== undefined
          ? ["clerks", "접수 담당자들이"]
          : act.listed
            ? ["roll", "명부가"]
            : ["registrars", "명부 관리자들이"];
      const text = say(`the ${en} did not attest this act`, `${ko} 인증한 표가 아닙니다`);
      this.#findings.fail("credentials", text, { voter: act.act.terms.voter });
    }
    this.judgeEntitlement(act);
    return { ...act, attested: true };
  }
}
