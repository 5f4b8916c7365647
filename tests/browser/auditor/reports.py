"""Reports as the auditor's page shows them."""

from playwright.sync_api import Page

from hanpyo.audit import Report


def told(page: Page) -> dict[str, str]:
    """The status that the page shows of each check, in its order."""
    shown: list[tuple[str, str]] = page.evaluate(
        "() => [...document.querySelectorAll('[data-check]')]"
        ".map((each) => [each.dataset.check, each.dataset.status])"
    )
    return dict(shown)


def statuses(report: Report) -> dict[str, str]:
    """The status of each check, in its order."""
    return {check.name: str(check.status) for check in report.checks}
