/** What went wrong, in words: what happened, what became of the ballot, what to do. */

import { ActedElsewhere, StorageBarred } from "../keys/store.ts";
import { WalletFailed } from "../keys/wallets.ts";
import { t } from "../ui/text.ts";
import { Refused, Unreachable } from "./api.ts";
import { BrokenPromise, RevisionsExhausted } from "./booth.ts";

/** Three answers for whoever sees a failure; `again` says that trying again makes sense. */
export interface Trouble {
  readonly what: string;
  readonly ballot: string;
  readonly todo: string;
  readonly again: boolean;
}

const nothingSent = () =>
  t("이번 표는 보내지지 않았습니다. 전에 보낸 표가 있으면 그대로 있습니다.");
const askOrganiser = () => t("담당자에게 이 화면을 보여 주세요.");

/** Explain a failure, whoever raised it. */
export function explain(error: unknown): Trouble {
  if (error instanceof Unreachable || (error instanceof Refused && error.status >= 500)) {
    return {
      what: t("인터넷 연결이 끊겼거나 서버가 답하지 않습니다."),
      ballot: t("표를 보냈다면 이 기기에 보관되어 있습니다. 다시 보내도 한 번만 셉니다."),
      todo: t("연결을 확인하고 다시 시도해 주세요."),
      again: true,
    };
  }
  if (error instanceof Refused) {
    return refused(error.code);
  }
  if (error instanceof ActedElsewhere) {
    return {
      what: t("다른 창에서 이미 표를 보냈습니다."),
      ballot: t("이 창에서 고른 표는 보내지지 않았습니다. 다른 창에서 보낸 표가 유효합니다."),
      todo: t("바꾸려면 처음으로 돌아가 다시 투표해 주세요."),
      again: false,
    };
  }
  if (error instanceof StorageBarred) {
    return {
      what: t("이 브라우저가 저장 공간을 막고 있어 투표를 계속할 수 없습니다."),
      ballot: nothingSent(),
      todo: t("비공개(시크릿) 창이면 보통 창에서 링크를 다시 열어 주세요."),
      again: true,
    };
  }
  if (error instanceof BrokenPromise) {
    return {
      what: t("서버의 접수 확인이 올바르지 않습니다."),
      ballot: t("표가 접수되었는지 알 수 없습니다. 표는 이 기기에 보관되어 있습니다."),
      todo: askOrganiser(),
      again: true,
    };
  }
  if (
    error instanceof WalletFailed ||
    (error instanceof DOMException && error.name === "NotAllowedError")
  ) {
    return {
      what: t("서명을 받지 못했습니다."),
      ballot: nothingSent(),
      todo: t("서명 창에서 확인을 눌러 주세요. 다시 해도 한 번만 셉니다."),
      again: true,
    };
  }
  if (error instanceof RevisionsExhausted) {
    return {
      what: t("이 기기에서 표를 바꿀 수 있는 횟수를 모두 썼습니다."),
      ballot: t("마지막으로 보낸 표가 유효합니다."),
      todo: askOrganiser(),
      again: false,
    };
  }
  return {
    what: t("화면에 문제가 생겼습니다."),
    ballot: t("표를 보냈다면 이 기기에 보관되어 있습니다. 다시 보내도 한 번만 셉니다."),
    todo: t("화면을 새로 고쳐 주세요. 계속되면 담당자에게 알려 주세요."),
    again: true,
  };
}

function refused(code: string): Trouble {
  const ballot = nothingSent();
  switch (code) {
    case "session_missing":
      return {
        what: t("본인 확인을 한 지 오래되었습니다."),
        ballot,
        todo: t("받은 링크를 다시 눌러 주세요. 고른 내용은 이 창에 남아 있습니다."),
        again: false,
      };
    case "voting_closed":
    case "voting_over":
      return {
        what: t("투표가 끝났습니다."),
        ballot,
        todo: t("결과는 이 화면에서 볼 수 있습니다."),
        again: false,
      };
    case "voting_not_open":
      return {
        what: t("아직 투표가 시작되지 않았습니다."),
        ballot,
        todo: t("시작한 뒤에 링크를 다시 눌러 주세요."),
        again: true,
      };
    case "wrong_epoch":
    case "another_key_bound":
      return {
        what: t("다른 기기로 투표하도록 바뀌어 있습니다."),
        ballot,
        todo: t("그 기기에서 투표하거나, 이 기기로 옮겨 주세요."),
        again: false,
      };
    case "credential_invalid":
    case "bad_voter_key":
      return {
        what: t("명부에 있는 것과 다른 서명입니다."),
        ballot,
        todo: t("명부에 적힌 서명 프로그램과 계정을 골라 주세요."),
        again: true,
      };
    case "order_taken":
      return {
        what: t("더 나중에 보낸 표가 이미 있습니다."),
        ballot: t("이번 표는 접수되지 않았습니다. 나중에 보낸 표가 유효합니다."),
        todo: t("바꾸려면 처음으로 돌아가 다시 투표해 주세요."),
        again: false,
      };
    case "rebind_too_late":
      return {
        what: t("기기를 옮길 수 있는 시간이 지났습니다."),
        ballot,
        todo: t("처음 투표한 기기를 쓰거나 담당자에게 물어보세요."),
        again: false,
      };
    case "registrar_refused":
    case "registrars_unavailable":
      return {
        what: t("명부 관리자의 확인을 받지 못했습니다."),
        ballot,
        todo: t("잠시 뒤에 다시 시도해 주세요. 계속되면 담당자에게 알려 주세요."),
        again: true,
      };
    case "too_many_requests":
    case "too_many_tries":
      return {
        what: t("짧은 시간에 너무 많이 시도했습니다."),
        ballot,
        todo: t("몇 분 뒤에 다시 해 주세요."),
        again: true,
      };
    default:
      return {
        what: t("표를 받지 못했습니다. (까닭: {code})", { code }),
        ballot,
        todo: askOrganiser(),
        again: false,
      };
  }
}
