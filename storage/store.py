"""What a step sees of the database: the nouns it may read and write, inside the turn's transaction."""

from __future__ import annotations

from functools import cached_property

from storage.branches import Branches
from storage.campaigns_people import Campaigns
from storage.campaigns_questions import Questions
from storage.changes import Changes
from storage.coverage import Coverages
from storage.deliveries import Deliveries
from storage.doors import DoorsKept
from storage.events import Events
from storage.interests import Interests
from storage.joins import Joins
from storage.missions import MissionReports
from storage.occasions import Occasions
from storage.officer_chats import OfficerChats
from storage.partner_figures import PartnerFigures
from storage.partner_keys import PartnerKeys
from storage.partners import Partners
from storage.privacy import Privacy
from storage.reminding import Reminders
from storage.requests import Requests
from storage.shares import Shares
from storage.staff_chats import StaffChats
from storage.touches import Touches


class Store:
    """`turn.store`. Reads are awaited; writes are collected and happen with the turn, or not at all."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes

    @cached_property
    def branches(self) -> Branches:
        return Branches(self._changes)

    @cached_property
    def campaigns(self) -> Campaigns:
        return Campaigns(self._changes)

    @cached_property
    def coverage(self) -> Coverages:
        return Coverages(self._changes)

    @cached_property
    def deliveries(self) -> Deliveries:
        return Deliveries(self._changes)

    @cached_property
    def doors(self) -> DoorsKept:
        return DoorsKept(self._changes)

    @cached_property
    def events(self) -> Events:
        return Events(self._changes)

    @cached_property
    def interests(self) -> Interests:
        return Interests(self._changes)

    @cached_property
    def occasions(self) -> Occasions:
        return Occasions(self._changes)

    @cached_property
    def missions(self) -> MissionReports:
        return MissionReports(self._changes)

    @cached_property
    def officer_chats(self) -> OfficerChats:
        return OfficerChats(self._changes)

    @cached_property
    def joins(self) -> Joins:
        return Joins(self._changes)

    @cached_property
    def partner_figures(self) -> PartnerFigures:
        return PartnerFigures(self._changes)

    @cached_property
    def partner_keys(self) -> PartnerKeys:
        return PartnerKeys(self._changes)

    @cached_property
    def partners(self) -> Partners:
        return Partners(self._changes)

    @cached_property
    def privacy(self) -> Privacy:
        return Privacy(self._changes)

    @cached_property
    def questions(self) -> Questions:
        return Questions(self._changes)

    @cached_property
    def reminders(self) -> Reminders:
        return Reminders(self._changes)

    @cached_property
    def requests(self) -> Requests:
        return Requests(self._changes)

    @cached_property
    def shares(self) -> Shares:
        return Shares(self._changes)

    @cached_property
    def staff_chats(self) -> StaffChats:
        return StaffChats(self._changes)

    @cached_property
    def touches(self) -> Touches:
        return Touches(self._changes)
