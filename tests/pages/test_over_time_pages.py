"""Attendance by agency, the register and the chair's brief, as pages."""

from datetime import date, datetime

from meetings.brief import make_brief
from meetings.models import Conference, Dissent, Presence
from tests.making import doing
from tests.pages.played import NAMES, TODAY, PlayedCase, words
from workflow.acting import LONDON
from workflow.models import Case

CASE = "/cases/SP-0001"


class Attendance(PlayedCase):
    def rows(self, key, address="/attendance/"):
        """The first column and the figures of the first table, by agency."""
        table = self.page(address, key).find("table")
        return {
            row.find("th").get_text(strip=True): [words(cell) for cell in row.find_all("td")]
            for row in table.find("tbody").find_all("tr")
        }

    def add(self, times, was_there=True, on=date(2026, 8, 20)):
        case, agency = Case.objects.get(), self.people["housing_lead"].agency
        with doing(case, on=on):
            for number in range(times):
                said = {"held_on": on, "was_there": was_there, "key": f"x{number}", "occasion": "sitting"}
                Presence(case=case, agency=agency, **said).save()

    def test_each_agency_has_its_share_of_the_times_it_was_expected(self):
        rows = self.rows("social_worker")
        health = str(self.people["health_lead"].agency)
        assert rows[health][0].startswith("3 of 3")
        assert rows[health][1] == "100.0 %"
        assert "Core groups" in words(self.page("/attendance/", "social_worker"))

    def test_every_figure_leads_to_its_meetings(self):
        soup = self.page("/attendance/", "social_worker")
        link = next(a for a in soup.select("main td a") if "health" in a["href"])
        listed = self.page(link["href"])
        assert len(listed.select("main tbody tr")) == 3
        assert "Conferences: there 3 of 3 times" in words(listed)
        alone = self.page("/attendance/health/?occasion=core_group", "social_worker")
        assert alone.select("main tbody a[href^='/core-group/']")

    def test_a_quarter_is_kept_in_the_list_behind_it(self):
        soup = self.page("/attendance/?quarter=2026-3", "social_worker")
        link = next(a for a in soup.select("main td a") if "health" in a["href"])
        assert "quarter=2026-3" in link["href"]
        assert len(self.page(link["href"]).select("main tbody tr")) == 1

    def test_authority_wide_fewer_than_five_is_all_that_is_told(self):
        rows = self.rows("head_of_service")
        assert all(cells[0] == "Fewer than 5" and cells[1] == "–" for cells in rows.values())
        listed = self.page("/attendance/health/?occasion=sitting", "head_of_service")
        assert listed.find("table") is None
        assert "fewer than 5 times" in words(listed)
        self.add(5)
        housing = str(self.people["housing_lead"].agency)
        assert "of" in self.rows("head_of_service")[housing][0]

    def test_in_the_case_team_nothing_is_hidden_also_for_who_oversees_all(self):
        soup = self.page("/attendance/?cases=mine", "manager")
        assert "Fewer than 5" not in words(soup)
        assert "3 of 3" in words(soup)

    def test_it_sorts_by_link_and_says_which_way(self):
        soup = self.page("/attendance/?sort=-share", "social_worker")
        assert soup.find("th", attrs={"aria-sort": "descending"}).get_text(strip=True) == "Share"
        shares = [cells[1] for cells in self.rows("social_worker", "/attendance/?sort=-share").values()]
        assert shares == sorted(shares, key=lambda said: -float(said.rstrip(" %")))

    def test_a_stranger_is_told_that_there_is_nothing(self):
        said = words(self.page("/attendance/", "stranger"))
        assert "No agency was expected at one, in the cases shown." in said
        assert "No agency has missed several meetings" in said
        assert "was not expected at any such meeting" in words(self.page("/attendance/health/", "stranger"))
        self.page("/attendance/nobody/", "stranger", status=404)

    def test_it_takes_as_many_statements_for_much_as_for_little(self):
        self.sign_in("social_worker")
        self.client.get("/attendance/")
        with self.assertNumQueries(6):
            self.client.get("/attendance/")
        self.add(30)
        with self.assertNumQueries(6):
            self.client.get("/attendance/")


class TheRegister(PlayedCase):
    typed = {"with_agency": "social_care", "answer_from": "manager", "about": "Mira was not seen", "stage": "1"}

    def raise_one(self, **typed):
        self.sign_in("health_visitor")
        return self.client.post(f"{CASE}/disagreements/raise/", {**self.typed, **typed})

    def test_it_is_reached_from_the_meetings_and_from_the_story(self):
        assert self.page("/meetings/", "social_worker").select("a[href='/disagreements/']")
        assert self.page(f"{CASE}/", "social_worker").select("a[href^='/disagreements/?']")

    def test_it_says_that_nothing_closes_by_itself_and_none_is_not_automatically_good(self):
        said = words(self.page("/disagreements/", "social_worker"))
        assert "Nothing here closes by itself" in said
        assert "not automatically good" in said
        assert "None of those there are stands like that." in said

    def test_an_answered_dissent_is_closed_with_its_outcome(self):
        soup = self.page("/disagreements/?view=closed", "social_worker")
        assert "The decision stands" in words(soup)
        found = self.page(f"/disagreements/dissent/{Dissent.objects.get().pk}/")
        assert "Injury not explained" in words(found)
        assert found.find("textarea") is None

    def test_one_is_raised_moved_up_and_resolved_by_both(self):
        address = self.raise_one()["Location"]
        assert "Mira was not seen" in words(self.page("/disagreements/", "social_worker"))
        up = {"do": "escalate_disagreement", "answer_from": "head_of_service", "reason": "No answer"}
        assert self.client.post(address, up).status_code == 302
        self.sign_in("manager")
        resolve = {"do": "resolve_disagreement", "outcome": "Visited twice a week", "confirmed_by": ["health"]}
        refused = self.client.post(address, resolve)
        assert 'id="resolve_disagreement_confirmed_by-error"' in refused.content.decode()
        assert "Visited twice a week</textarea>" in refused.content.decode()
        self.client.post(address, {**resolve, "confirmed_by": ["health", "social_care"], "learning": "childs_view"})
        said = words(self.page(address))
        assert "Resolved at stage 2" in said
        assert "To be learned from How the child was heard" in said
        assert "How the child was heard" in words(self.page("/disagreements/?view=closed"))
        assert "Not answered: moved up" in said

    def test_a_stage_is_skipped_only_at_immediate_risk(self):
        answer = self.raise_one(stage="3")
        assert 'id="id_stage-error"' in answer.content.decode()
        assert self.raise_one(stage="3", risk="yes").status_code == 302

    def test_who_answers_belongs_to_the_other_agency(self):
        answer = self.raise_one(answer_from="police_officer")
        assert "Choose somebody of the agency you disagree with" in answer.content.decode()

    def test_another_agency_reads_it_and_is_offered_nothing(self):
        address = self.raise_one()["Location"]
        assert self.page(address, "nursery_lead").find("textarea") is None
        answer = self.client.post(
            address, {"do": "resolve_disagreement", "outcome": "Over", "confirmed_by": ["health", "social_care"]}
        )
        assert "You are not one of the people who may do this." in answer.content.decode()

    def test_a_stranger_finds_nothing(self):
        address = self.raise_one()["Location"]
        self.page(address, "stranger", status=404)
        self.page(f"/disagreements/dissent/{Dissent.objects.get().pk}/", status=404)
        self.page("/disagreements/?case=SP-0001", status=404)
        assert "No dissent or disagreement is on record" in words(self.page("/disagreements/"))

    def test_it_takes_the_same_few_statements_however_many_there_are(self):
        self.raise_one()
        self.sign_in("social_worker")
        self.client.get("/disagreements/?view=all")
        with self.assertNumQueries(9):
            self.client.get("/disagreements/?view=all")
        for _ in range(5):
            self.raise_one()
        self.sign_in("social_worker")
        with self.assertNumQueries(9):
            self.client.get("/disagreements/?view=all")


class TheBrief(PlayedCase):
    def conference(self):
        return Conference.objects.get(key="rcpc-1")

    def test_before_it_is_made_it_shows_how_it_would_read_now(self):
        soup = self.page(f"/meetings/{self.conference().pk}/brief/", "cp_chair")
        said = words(soup)
        assert "As the record stands Tue 1 Sep 2026, 09:00" in said
        assert "Mira Kellow" in said
        assert not any(name in soup.title.get_text() for name in NAMES)

    def test_once_made_it_stays_as_it_was(self):
        conference = self.conference()
        make_brief(conference, by=None, at=datetime(2026, 7, 13, 17, tzinfo=LONDON))
        with doing(conference.case, on=TODAY):
            child = conference.case.children.get(key="mira")
            child.name = "Mira Changed"
            child.save()
        address = f"/meetings/{conference.pk}/brief/"
        kept = words(self.page(address, "clerk"))
        assert "Made Mon 13 Jul 2026, 17:00 and kept as it was." in kept
        assert "Mira Changed" not in kept
        assert "Mira Changed" in words(self.page(f"{address}?as=now"))

    def test_a_stranger_finds_none(self):
        self.page(f"/meetings/{self.conference().pk}/brief/", "stranger", status=404)
