"""What one client may ask in a minute."""

from hanpyo.web.allowance import Allowance


class Watch:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_what_is_allowed_a_minute_may_be_taken_at_once() -> None:
    watch = Watch()
    allowance = Allowance(watch)
    assert allowance.take("a", 60, 60) == 0
    assert allowance.take("a", 2, 60) == 2
    assert allowance.take("b", 60, 60) == 0
    watch.now += 2
    assert allowance.take("a", 2, 60) == 0
    assert allowance.take("a", 1, 60) == 1


def test_it_never_grows_beyond_a_minute() -> None:
    watch = Watch()
    allowance = Allowance(watch)
    allowance.take("a", 1, 60)
    watch.now += 3600
    assert allowance.take("a", 61, 60) > 0
    assert allowance.take("a", 60, 60) == 0


def test_many_clients_take_bounded_memory() -> None:
    allowance = Allowance(Watch())
    for number in range(20_000):
        allowance.take(str(number), 1, 10)
    assert len(allowance._clients) == 10_000
