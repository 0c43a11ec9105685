"""The report as JSON: every number under the code of its indicator. Guarded numbers are "more than"; what is missing is too small to say."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from console.monitoring_gap import stands
from storage.campaigns_results import Share
from storage.reports.content import Report


def document(report: Report) -> bytes:
    return json.dumps(numbers(report), ensure_ascii=False, indent=1, sort_keys=True).encode()


def numbers(report: Report) -> dict[str, Any]:
    return {
        "branch": report.branch,
        "name": report.name,
        "period": report.period.name,
        "zone": report.zone,
        "made_at": report.made_at.isoformat(),
        "guarded": report.guarded,
        "figures": dict(report.now),
        "before": {"period": report.period.before.name, "figures": dict(report.before)},
        "a_year_before": {"period": report.period.a_year_before.name, "figures": dict(report.a_year_before)},
        "months": {month: dict(tally) for month, tally in report.trend.items()},
        "partners": {code: dict(tally) for code, tally in report.partners.items()},
        "countries": {code: dict(tally) for code, tally in report.countries.items()},
        "branches": {code: dict(tally) for code, tally in report.branches.items()},
        "targets": [
            {"partner": partner, "measure": measure, "target": many} for (partner, measure), many in sorted(report.targets.items())
        ],
        "answers": asdict(report.answers) if report.answers else None,
        "urgent": asdict(report.urgent) if report.urgent else None,
        "campaigns": [{"id": str(one.id), "name": one.name, "checked": [_share(one.got), _share(one.held)]} for one in report.effects],
        "missions": [
            {
                "mission": one.mission.id,
                "required": one.required,
                "word": _share(report.said[one.mission.id]) if one.mission.id in report.said else None,
            }
            for one in stands(report.findings)
        ],
    }


def _share(share: Share) -> dict[str, Any]:
    return {"many": share.many, "of": share.of}
