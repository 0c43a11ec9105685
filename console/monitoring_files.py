"""The report as a file: PDF for a meeting, a workbook to calculate with, JSON for programs. What draws them is loaded when one is drawn."""

from __future__ import annotations

from collections.abc import Mapping

from storage.reports.content import Report

FORMATS: Mapping[str, str] = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}


def made(report: Report, form: str, language: str) -> bytes:
    if form == "pdf":
        from console.monitoring_pdf import pdf

        return pdf(report, language)
    if form == "xlsx":
        from console.monitoring_xlsx import workbook

        return workbook(report, language)
    from console.monitoring_json import document

    return document(report)
