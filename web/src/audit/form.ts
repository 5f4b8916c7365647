/** What the visitor chooses: a file or nodes, and what to expect of the election. */

import { readHex } from "../chain/bytes.ts";
import { make } from "../ui/elements.ts";
import { AuditImpossible } from "./errors.ts";
import type { Expected } from "./frozen.ts";
import type { Nodes } from "./running.ts";
import { say, type Text } from "./text.ts";
import type { Say } from "./view.ts";

/** What was chosen, read and found well formed. */
export type Chosen = { readonly expected: Expected } & (
  | { readonly file: File }
  | { readonly nodes: Nodes }
);

/** What the page's address or its server proposes. */
export interface Proposal {
  readonly node: string;
  readonly election: string;
  readonly fromBlock: string;
}

const SOURCE = "source";

/** The form's element, and a reader of what stands in it that throws `AuditImpossible`. */
export function makeForm(proposal: Proposal, speak: Say) {
  const startsWithNode = proposal.election !== "";
  const file = fileField(
    "evidence",
    say("Evidence file", "증거 파일"),
    say(
      "A file that ends in .json.gz, from the election's page or from `hanpyo audit --bundle`. It does not leave this device.",
      "투표 화면이나 hanpyo audit --bundle에서 받은 .json.gz 파일입니다. 파일은 이 기기를 떠나지 않습니다.",
    ),
    speak,
  );
  const nodes = textField(
    "nodes",
    say("Node (RPC)", "노드 주소(RPC)"),
    say(
      "Its URL. Give several, separated by spaces, and they are compared.",
      "https://로 시작하는 주소입니다. 띄어서 여러 개를 적으면 서로 대조합니다.",
    ),
    proposal.node,
    speak,
  );
  const election = textField(
    "election",
    say("Election", "투표 주소"),
    say("The address of the election: 0x and 40 digits.", "0x와 40자리로 된 투표의 주소입니다."),
    proposal.election,
    speak,
  );
  const fromBlock = textField(
    "from-block",
    say("From block", "시작 블록"),
    say(
      "A block before the election was made; spares the node.",
      "투표가 만들어지기 전의 블록입니다. 적으면 빨라집니다.",
    ),
    proposal.fromBlock,
    speak,
  );
  const organiser = textField(
    "organiser",
    say("Organiser you expect", "기대하는 주최자"),
    say("Optional. An address: 0x and 40 digits.", "비워도 됩니다. 0x와 40자리의 주소입니다."),
    "",
    speak,
  );
  const manifestHash = textField(
    "manifest-hash",
    say("Manifest hash you expect", "기대하는 규칙 지문"),
    say("Optional. 0x and 64 digits.", "비워도 됩니다. 0x와 64자리입니다."),
    "",
    speak,
  );
  const blockHash = textField(
    "block-hash",
    say("Block hash you trust", "믿는 블록 해시"),
    say(
      "Optional, for evidence files. 0x and 64 digits, from somewhere you trust.",
      "비워도 됩니다. 증거 파일에 쓰며, 믿을 만한 곳에서 얻은 0x와 64자리입니다.",
    ),
    "",
    speak,
  );
  const roll = fileField(
    "roll",
    say("Roll file", "명부 파일"),
    say(
      "Only where the roll is not published on chain.",
      "명부가 체인에 공개되지 않은 투표에만 필요합니다.",
    ),
    speak,
  );
  const ofFile = make("div", { hidden: startsWithNode }, file.row);
  const ofNodes = make("div", { hidden: !startsWithNode }, nodes.row, election.row, fromBlock.row);
  const byFile = radio("file", say("From an evidence file", "증거 파일로"), !startsWithNode, speak);
  const byNode = radio(
    "node",
    say("From the chain itself", "체인에서 바로"),
    startsWithNode,
    speak,
  );
  const choose = () => {
    ofFile.hidden = !byFile.input.checked;
    ofNodes.hidden = byFile.input.checked;
  };
  byFile.input.addEventListener("change", choose);
  byNode.input.addEventListener("change", choose);
  const element = make(
    "form",
    { class: "auditor-form", novalidate: true },
    make(
      "fieldset",
      {},
      make("legend", {}, speak(say("What to check", "무엇을 확인할까요?"))),
      byFile.row,
      byNode.row,
    ),
    ofFile,
    ofNodes,
    make(
      "details",
      {},
      make("summary", {}, speak(say("What you expect", "알고 있는 값과 대조하기"))),
      organiser.row,
      manifestHash.row,
      blockHash.row,
      roll.row,
    ),
  );
  const read = async (): Promise<Chosen> => {
    const expected: Expected = {
      organiser: optionalBytes(organiser, 20),
      manifestHash: optionalBytes(manifestHash, 32),
      blockHash: optionalBytes(blockHash, 32),
      rollFile: await bytesOf(roll.input.files?.[0]),
    };
    if (byFile.input.checked) {
      const chosen = file.input.files?.[0];
      if (chosen === undefined) {
        throw new AuditImpossible(say("Choose an evidence file.", "증거 파일을 골라 주세요."));
      }
      return { expected, file: chosen };
    }
    const block = fromBlock.input.value.trim();
    if (!/^[0-9]{0,15}$/.test(block)) throw malformed(fromBlock.name);
    const urls = nodes.input.value.split(/\s+/).filter((url) => url !== "");
    const address = optionalBytes(election, 20);
    if (address === undefined) throw malformed(election.name);
    return { expected, nodes: { urls, election: address, fromBlock: Number(block) } };
  };
  return { element, read };
}

interface Field {
  readonly row: HTMLElement;
  readonly input: HTMLInputElement;
  readonly name: Text;
}

function fieldRow(input: HTMLInputElement, name: Text, hint: Text, speak: Say): Field {
  const { id } = input;
  input.setAttribute("aria-describedby", `${id}-hint`);
  const row = make(
    "div",
    { class: "field" },
    make("label", { for: id }, speak(name)),
    make("span", { class: "hint", id: `${id}-hint` }, speak(hint)),
    input,
  );
  return { row, input, name };
}

function textField(id: string, name: Text, hint: Text, value: string, speak: Say): Field {
  const input = make("input", {
    id: `audit-${id}`,
    value,
    autocomplete: "off",
    spellcheck: "false",
  });
  return fieldRow(input, name, hint, speak);
}

function fileField(id: string, name: Text, hint: Text, speak: Say): Field {
  return fieldRow(make("input", { id: `audit-${id}`, type: "file" }), name, hint, speak);
}

function radio(value: string, name: Text, checked: boolean, speak: Say) {
  const input = make("input", { type: "radio", name: SOURCE, value, checked });
  return { input, row: make("label", { class: "check" }, input, speak(name)) };
}

function optionalBytes(field: Field, size: number): Uint8Array | undefined {
  const text = field.input.value.trim();
  if (text === "") return undefined;
  try {
    return readHex(text, size);
  } catch {
    throw malformed(field.name);
  }
}

async function bytesOf(file: File | undefined): Promise<Uint8Array | undefined> {
  return file === undefined ? undefined : new Uint8Array(await file.arrayBuffer());
}

function malformed(name: Text): AuditImpossible {
  return new AuditImpossible(
    say(`“${name.en}” is not filled in as it should be.`, `‘${name.ko}’ 칸을 다시 확인해 주세요.`),
  );
}
