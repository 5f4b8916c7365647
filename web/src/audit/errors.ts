/** Why an audit could not be made at all. What was found wrong is a failed check, not an error. */

import { say, type Text } from "./text.ts";

/** The audit cannot start or cannot go on; `text` says why, for people. */
export class AuditImpossible extends Error {
  override name = "AuditImpossible";
  /** The name of the reason, the same as `hanpyo audit` gives. */
  readonly code: string = "audit_impossible";
  readonly text: Text;

  constructor(text: Text) {
    super(text.en);
    this.text = text;
  }
}

/** There is no Hanpyo election at the address. */
export class UnknownElection extends AuditImpossible {
  override name = "UnknownElection";
  override readonly code = "unknown_election";
}

/** The evidence file is truncated, of another format, or does not hold together. */
export class BadBundle extends AuditImpossible {
  override name = "BadBundle";
  override readonly code = "bad_bundle";
}

/** Bytes that do not follow docs/protocol.md; `field` names the part at fault. */
export class EncodingFault extends Error {
  override name = "EncodingFault";
  readonly field: string;
  readonly problem: string;

  constructor(subject: string, field: string, problem: string) {
    super(`${subject}, ${field}: ${problem}`);
    this.field = field;
    this.problem = problem;
  }

  /** The same words in both languages: the field is a name of docs/protocol.md. */
  get text(): Text {
    return say(this.message, `${this.field}: ${this.problem}`);
  }
}
