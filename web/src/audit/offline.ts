/** The head of the single file to keep: what it is, what it does, and in which language. */

import { make } from "../ui/elements.ts";
import { say, type Text } from "./text.ts";

/** Choose the language: the address's, else the browser's. Then write the head. */
export function startOffline(head: HTMLElement): void {
  const asked = new URLSearchParams(location.search).get("lang") ?? navigator.language;
  const isKorean = asked.toLowerCase().startsWith("ko");
  document.documentElement.lang = isKorean ? "ko" : "en";
  const speak = (text: Text) => (isKorean ? text.ko : text.en);
  const link = (lang: string, name: string) => make("a", { href: `?lang=${lang}`, lang }, name);
  head.replaceChildren(
    make("p", { class: "eyebrow" }, link("ko", "한국어"), " · ", link("en", "English")),
    make("h1", {}, speak(say("Check a Hanpyo election", "한표 투표 검증"))),
    make(
      "p",
      {},
      speak(
        say(
          "This one file checks an election without any help of its organiser or of the service: " +
            "it recomputes everything from an evidence file, or from a node of your choice. " +
            "With an evidence file it needs no network.",
          "이 파일 하나로, 주최자나 서비스의 도움 없이 투표를 검증할 수 있습니다. " +
            "증거 파일이나 직접 고른 노드에서 모든 것을 다시 계산합니다. " +
            "증거 파일로 할 때는 인터넷이 필요 없습니다.",
        ),
      ),
    ),
  );
}
