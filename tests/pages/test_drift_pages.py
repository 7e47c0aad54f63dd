"""The pages about drift: a plan at two meetings, one date to the person and the reason, every measure, every case."""

from collections.abc import Iterator
from datetime import date
from io import BytesIO
from unittest import mock

from pypdf import PdfReader

from meetings.documents import pdf
from plans import authority
from plans.models import Flag
from tests.making import doing
from tests.meetings.reading import text_of_pdf
from tests.pages.played import NAMES, TODAY, PlayedCase, words
from tests.services import missing
from workflow.models import Agency, Case, Chain, Child, Deadline, MonthOfDrift, Read

CASE = "/cases/SP-0001/"
COMPARE = f"{CASE}plan/compare/"


def elements(of) -> Iterator[dict]:
    """Every element of the structure of a tagged PDF."""
    found = of.get("/K", [])
    for each in found if isinstance(found, list) else [found]:
        each = each.get_object() if hasattr(each, "get_object") else each
        if hasattr(each, "get"):
            yield each
            yield from elements(each)


class DriftPages(PlayedCase):
    def setUp(self):
        super().setUp()
        self.mira = Child.objects.get(key="mira").pk
        self.drift = f"{CASE}children/{self.mira}/drift/"
        self.moved = Deadline.objects.get(code="action", subject="A3").pk
        self.why = f"{CASE}dates/{self.moved}/"
        self.everywhere = (
            COMPARE,
            f"{CASE}drift/",
            self.drift,
            self.why,
            "/drift/",
            "/drift/?kind=action",
            "/drift/quiet/",
        )

    def test_every_page_opens_for_everybody_who_may_see_the_case(self):
        for key in ("social_worker", "manager", "cp_chair", "clerk", "keyworker", "housing_lead", "inspector"):
            for address in self.everywhere:
                with self.subTest(who=key, address=address):
                    self.page(address, key)

    def test_no_title_and_no_address_names_a_child(self):
        for address in self.everywhere:
            soup = self.page(address, "social_worker")
            links = " ".join(link["href"] for link in soup.select("a[href]"))
            assert not any(name in soup.title.get_text() for name in NAMES), address
            assert not any(name.lower() in links.lower() for name in NAMES), address

    def test_a_case_that_may_not_be_seen_looks_like_one_that_is_not_there(self):
        for address in (COMPARE, f"{CASE}drift/", f"{CASE}siblings/", self.drift, self.why):
            forbidden = words(self.page(address, "stranger", status=404))
            assert forbidden == words(self.page(address.replace("SP-0001", "SP-9999"), status=404))

    def test_a_child_or_a_date_of_another_case_is_not_there(self):
        for address in (f"{CASE}children/999/drift/", f"{CASE}dates/999999/", f"{COMPARE}?child=999"):
            self.page(address, "social_worker", status=404)

    def test_a_page_costs_a_fixed_number_of_statements(self):
        self.sign_in("social_worker")
        for address, statements in {
            COMPARE: 14,
            f"{COMPARE}?left=2026-04-21&right=2026-07-14": 14,
            self.drift: 15,
            f"{self.drift}?on=2026-07-14": 15,
            f"{CASE}drift/": 15,
            f"{CASE}siblings/": 15,
            self.why: 11,
            "/drift/": 9,
            "/drift/?kind=action": 8,
            "/drift/quiet/": 5,
        }.items():
            with self.subTest(address=address), self.assertNumQueries(statements):
                self.client.get(address)

    # As it stood

    def test_the_columns_are_the_conferences_and_now(self):
        heads = [words(head) for head in self.page(COMPARE, "social_worker").select("thead th")]
        assert heads == ["Part of the plan", "Initial conference 21 Apr 2026", "Review 1 14 Jul 2026", "Now 1 Sep 2026"]

    def test_two_days_show_what_was_put_in_and_taken_out_by_whom_and_why(self):
        soup = self.page(f"{COMPARE}?left=2026-05-06&right=2026-07-14", "social_worker")
        row = next(row for row in soup.select("tbody tr") if row.th.get_text() == "A3")
        due = row.select("td")[1]
        assert (words(due.select_one("del")), words(due.select_one("ins"))) == (
            "taken out: 30 Jun 2026 ;",
            "put in: 28 Aug 2026 ;",
        )
        assert "Ife Marlow (Children's social care), 6 Jul 2026. Mother missed two appointments." in words(due)

    def test_what_was_written_down_later_says_so(self):
        # The story is played today and was true months ago.
        assert "Written down later" in words(self.page(f"{COMPARE}?left=2026-05-06&right=2026-07-14", "social_worker"))

    def test_as_far_as_was_written_down_before_anybody_wrote_there_was_nothing(self):
        said = words(self.page(f"{COMPARE}?left=2026-05-06&right=2026-07-14&known=2026-07-14", "social_worker"))
        assert "Nothing in the plan changed" in said

    def test_only_what_differs(self):
        address = f"{COMPARE}?left=2026-05-06&right=2026-07-14"
        rows = [
            len(self.page(f"{address}{more}", "social_worker").select("tbody tr td")) for more in ("", "&changed=on")
        ]
        assert rows[1] < rows[0]

    def test_the_pairs_of_meetings_before_and_after_are_one_press_away(self):
        soup = self.page(f"{COMPARE}?left=2026-06-15&right=2026-07-14", "social_worker")
        before, after, _ = soup.select("nav[aria-label='Meetings to compare'] a")
        assert words(before) == "Earlier: core group 1 of 6 May 2026 and core group 2 of 15 Jun 2026"
        assert words(after) == "Later: review 1 of 14 Jul 2026 and core group 3 of 24 Jul 2026"
        self.page(COMPARE + after["href"])

    def test_a_day_that_is_no_day_is_said_and_kept(self):
        soup = self.page(f"{COMPARE}?left-day=31&left-month=2&left-year=2026", "social_worker")
        assert "The first day must be a real date" in words(soup.select_one(".govuk-error-summary"))
        assert soup.find("input", attrs={"name": "left-day"})["value"] == "31"

    # Dates

    def test_one_slipped_date_leads_to_the_person_and_the_reason(self):
        dates = self.page(f"{CASE}dates/", "social_worker")
        (why,) = [link for link in dates.select("table a") if words(link).startswith("Why")]
        said = words(self.page(why["href"]))
        assert "First due 30 Jun 2026, now 28 Aug 2026: moved 1 time, 43 working days later." in said
        assert "Ife Marlow Lead practitioner, Children's social care" in said
        assert "Mother missed two appointments" in said
        assert "After it had passed" in said

    def test_dates_may_be_narrowed_to_what_moved_near_a_review(self):
        said = words(self.page(f"{CASE}dates/?near=on", "social_worker"))
        assert "No date answers to what you asked for." in said  # moved eight days before the review

    def test_dates_may_be_narrowed_to_one_agency_and_to_later_ones(self):
        soup = self.page(f"{CASE}dates/?agency=substance_misuse&later=on", "social_worker")
        assert [words(head)[:10] for head in soup.select("tbody th")] == ["Assessment"]

    def test_duties_have_their_dates_too(self):
        said = words(self.page(f"{CASE}dates/?what=duties", "social_worker"))
        assert "The date of the conference was moved" in said or "moved" in said
        assert "have never moved and are not listed" in said

    def test_dates_are_taken_out_as_a_tagged_pdf_with_its_reference_its_pages_and_every_reason(self):
        if not pdf.can_be_drawn():
            missing("Pango")
        self.sign_in("social_worker")
        answer = self.client.get(f"{CASE}dates/file/?on=2026-08-31&later=on")
        assert answer["Content-Disposition"] == 'attachment; filename="SP-0001-dates.pdf"'
        said = " ".join(text_of_pdf(answer.content).split())
        assert "SP-0001 · as it stood on 31 Aug 2026" in said
        assert "Taken out for Ife Marlow, Children's social care" in said
        assert "Page 1 of " in said and "Confidential" in said
        assert "Mother missed two appointments" in said and "After it had passed" in said
        assert f"ended at {Chain.objects.get(case__reference='SP-0001').hash[:16]}" in said
        catalogue = PdfReader(BytesIO(answer.content)).trailer["/Root"]
        assert catalogue["/MarkInfo"]["/Marked"] and catalogue["/Lang"] == "en-GB"
        figures = [each["/Alt"] for each in elements(catalogue["/StructTreeRoot"]) if each.get("/S") == "/Figure"]
        assert any("First due 30 Jun 2026, now 28 Aug 2026: moved 1 time" in alt for alt in figures)
        kept = Read.objects.latest("pk")
        assert (kept.kind, kept.about, kept.by.key) == ("export", "case-dates-file", "social_worker")

    def test_dates_are_taken_out_only_by_those_who_may_take_history_out(self):
        for key, may in (("inspector", True), ("manager", True), ("cp_chair", False), ("housing_lead", False)):
            with self.subTest(who=key):
                offered = self.page(f"{CASE}dates/?on=2026-08-31", key).select("a[href*='dates/file/']")
                assert [link["href"] for link in offered] == [f"{CASE}dates/file/?on=2026-08-31"] * may
                if not may:
                    self.page(f"{CASE}dates/file/", key, status=403)
        self.page(f"{CASE}dates/file/", "stranger", status=404)

    def test_a_machine_that_cannot_draw_says_what_to_install_and_nothing_counts_as_taken_out(self):
        with mock.patch.object(pdf, "weasyprint", side_effect=pdf.PangoMissing()):
            assert "libpango" in words(self.page(f"{CASE}dates/file/", "social_worker", status=503))
        assert not Read.objects.filter(kind="export").exists()

    # The drift of a case and of a child

    def test_each_reason_says_whom_it_is_about(self):
        said = words(self.page(f"{CASE}drift/", "social_worker"))
        assert "An agency is silent: Substance misuse. Nothing heard since 21 Apr 2026." in said

    def test_the_finding_is_first_with_its_reasons_and_nothing_else(self):
        said = words(self.page(self.drift, "social_worker"))
        assert (
            "Green 2 + 3 meetings, 2 outcomes improved. 4 months on the plan;" in said or "Amber 2 + 3 meetings" in said
        )
        assert "An agency is silent Substance misuse Nothing heard since 21 Apr 2026." in said

    def test_as_of_the_review_what_came_later_had_not_happened(self):
        said = words(self.page(f"{self.drift}?on=2026-07-05", "social_worker"))
        assert "As it stood on 5 Jul 2026" in said
        assert "No date moved later." in said

    def test_before_there_was_a_plan_there_was_no_drift(self):
        assert "so there is no drift to measure" in words(self.page(f"{self.drift}?on=2026-03-20", "social_worker"))

    def test_every_drawing_says_what_it_shows(self):
        for address in (self.drift, "/drift/"):
            (drawing,) = self.page(address, "social_worker").select("svg.app-trend")
            assert drawing["role"] == "img" and drawing.title.get_text() and drawing.desc.get_text()

    def test_siblings_who_differ_are_shown_and_a_reason_nobody_gave_is_missed(self):
        said = words(self.page(f"{CASE}siblings/", "social_worker"))
        assert "Category Neglect Physical abuse No reason recorded" in said

    # Every case

    def test_the_case_team_is_told_every_figure(self):
        said = words(self.page("/drift/", "social_worker"))
        assert "2 dates moved in twelve months" in said
        assert "Fewer than" not in said

    def test_small_figures_are_hidden_from_whoever_oversees_and_the_case_cannot_be_worked_out(self):
        soup = self.page("/drift/", "inspector")
        assert "Fewer than 5" in words(soup)
        hidden = [row for row in soup.select("tbody tr") if "too easily worked out" in row.get_text()]
        assert hidden and not any(row.select("a") for row in hidden)

    def test_a_figure_leads_to_the_cases_behind_it(self):
        soup = self.page("/drift/?kind=action", "social_worker")
        assert soup.find("a", href=f"{CASE}drift/")
        assert "Plan actions Take out" in words(soup)

    def test_a_partnership_officer_sees_figures_and_no_case(self):
        for number in range(9):
            MonthOfDrift.objects.create(
                case=Case.objects.get(),
                agency=Agency.objects.first(),
                kind=f"kind_{number}",
                month=date(2026, 8, 1),
                moves=5,
            )
        soup = self.page("/drift/?month=2026-08", "board")
        assert "none can be opened from here" in words(soup)
        assert "None of the cases behind these figures is one you may open." in words(soup)
        assert "SP-0001" not in words(soup)

    def test_who_sees_no_case_is_told_that_nothing_drifted(self):
        said = words(self.page("/drift/", "stranger"))
        assert "Nothing drifted in these twelve months" in said
        assert "No pattern of drift stands in these cases." in said

    def test_nobody_is_ranked(self):
        said = words(self.page("/drift/", "inspector"))
        assert not any(person.name in said for key, person in self.people.items() if key != "inspector")

    def test_it_costs_the_same_however_many_cases_there_are(self):
        self.sign_in("inspector")
        with self.assertNumQueries(9):
            self.client.get("/drift/")
        agency = Agency.objects.first()
        for month in range(1, 9):
            for number in range(20):
                MonthOfDrift.objects.create(
                    case=Case.objects.get(),
                    agency=agency,
                    kind=f"kind_{number}",
                    month=date(2026, month, 1),
                    moves=9,
                    days=9,
                )
        with doing(Case.objects.get(), on=TODAY):
            for number in range(20):
                told = {"facts": "Counted", "raised_on": TODAY, "raised_at": "2026-09-01T00:00Z"}
                Flag(case=Case.objects.get(), code="ACTION_REDATED", about=f"A{number}x", **told).save()
        with self.assertNumQueries(9):
            self.client.get("/drift/")


def figure(key, events):
    return authority.Figure(key, key, moves=events)


def hidden(*events):
    return [each.is_hidden for each in authority.hide([figure(str(n), number) for n, number in enumerate(events)])]


def test_one_small_figure_hides_the_next_smallest_too():
    assert hidden(9, 3, 6, 0) == [False, True, True, False]
    assert hidden(9, 3, 4) == [False, True, True]
    assert hidden(9, 8) == [False, False]
    assert hidden(3) == [True]
