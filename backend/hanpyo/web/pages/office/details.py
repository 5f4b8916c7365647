"""The service's own words about a definition, in Korean: what exactly is wrong with it.

The service says it in English, for machines' logs and other programs; pages in English show that.
"""

import re
from typing import Final

_KOREAN: Final = tuple(
    (re.compile(pattern), korean)
    for pattern, korean in (
        (r"Field required", "꼭 있어야 합니다."),
        (r"String should have at least 1 character", "비워 둘 수 없습니다."),
        (r"String should have at most (\d+) characters", r"\1자까지 적을 수 있습니다."),
        (r"String should match pattern '\^https:.*", "https:// 로 시작하는 주소를 적어 주세요."),
        (r"Tuple should have at least (\d+) items?.*", r"적어도 \1개가 있어야 합니다."),
        (r"(?:Input should be|Extra inputs) .*", "적을 수 없는 값입니다."),
        (r"is not a share such as .*", "“> 1/2”나 “>= 2/3” 같은 비율을 적어 주세요."),
        (r"(\d+) is not (\d+) … (\d+)\b.*", r"\2에서 \3 사이여야 합니다. 지금은 \1입니다."),
        (r"(\d+) is below (\d+)", r"적어도 고를 수 \2보다 작을 수 없습니다. 지금은 \1입니다."),
        (r"(\d+) is above the options", r"선택지 수보다 클 수 없습니다. 지금은 \1입니다."),
        (r"a ballot that is not blank names .*", "1보다 작을 수 없습니다."),
        (r"choose one allows exactly 1", "하나만 고르는 안건에서는 1이어야 합니다."),
        (r"must be 1 where options get no points", "점수를 주는 안건에서만 쓸 수 있습니다."),
        (
            r"must be 0 except for cumulative points",
            "점수를 나누어 주는 안건에서만 쓸 수 있습니다.",
        ),
        (r"needs the cost of each option", "선택지마다 비용을 적어 주세요."),
        (r".*give every option its \w+, or none", "선택지마다 모두 적거나 모두 비워 주세요."),
        (r"must fit \d+ bits|.* does not fit \d+ bits", "너무 큰 수입니다."),
        (r"is too large a number", "너무 큰 수입니다."),
        (r"a decision by threshold needs .*", "찬성이 얼마나 필요한지 골라 주세요."),
        (
            r"a threshold needs ballots .*",
            "이 방법으로는 가결이나 부결을 정할 수 없습니다. ‘집계만 하기’를 골라 주세요.",
        ),
        (r"there is no group '(.*)'; .*", r"‘\1’(이)라는 모임이 없습니다."),
        (r"at least one group must be eligible", "투표하는 모임을 하나는 골라 주세요."),
        (r"barred items are numbered from 1", "안건 번호는 1부터입니다."),
        (r"is nested too deeply", "너무 복잡합니다."),
        (
            r"holds hidden or control characters",
            "보이지 않는 글자가 들어 있습니다. 다시 적어 주세요.",
        ),
        (r"'(.*)' is what marks test elections", r"‘\1’은 시험 투표의 표시라서 쓸 수 없습니다."),
        (r"is no mail address", "메일 주소가 아닙니다."),
        (r"needs (\d+) to (\d+) (?:printable )?characters", r"\1자에서 \2자까지 적을 수 있습니다."),
        (
            r"needs at least (\d+) different characters",
            r"서로 다른 글자가 \1개 이상 있어야 합니다.",
        ),
        (r"must not hold your name or mail address", "이름이나 메일 주소가 들어 있으면 안 됩니다."),
        (r"there are .*|is none of .*", "고를 수 없는 값입니다."),
        (r"names one twice", "같은 것이 두 번 있습니다."),
    )
)


def korean(detail: str) -> str:
    """What a refusal such as `items.0.title: Field required` says; empty where it is not known."""
    problem = detail.partition(": ")[2] or detail
    for pattern, words in _KOREAN:
        found = pattern.fullmatch(problem)
        if found:
            return found.expand(words)
    return ""
