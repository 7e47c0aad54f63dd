"""The pages: everybody sees what they may, nobody more; each costs the same however much there is."""

from config import pages, wording
from escalation.models import Alert
from plans import drift, ratings
from tests.making import cover, doing
from tests.pages.played import NAMES, TODAY, PlayedCase, words
from workflow import acts
from workflow.models import Case, User

CASE = "/cases/SP-0001/"
EVERYWHERE = (
    "/",
    "/meetings/",
    "/cases/",
    CASE,
    f"{CASE}?show=refused",
    f"{CASE}plan/",
    f"{CASE}dates/",
    f"{CASE}dates/?on=2026-07-06",
    "/alerts/",
    "/alerts/?view=agency",
    "/alerts/?view=all&sort=-due",
    "/alerts/fragment/?view=all",
    "/overdue/",
    "/overdue/?view=all",
    "/overdue/fragment/?view=agency",
)
WHO = ("social_worker", "manager", "cp_chair", "clerk", "keyworker", "housing_lead", "inspector", "care_exec")


class Pages(PlayedCase):
    def test_every_page_opens_for_everybody_who_may_see_the_case(self):
        for key in WHO:
            for address in EVERYWHERE:
                with self.subTest(who=key, address=address):
                    self.page(address, key)

    def test_no_title_names_a_child(self):
        alert = Alert.objects.standing().get(rung=1)
        for address in (*EVERYWHERE, f"/alerts/{alert.pk}/"):
            soup = self.page(address, "social_worker")
            if soup.title:
                assert not any(name in soup.title.get_text() for name in NAMES), address

    def test_a_stranger_is_asked_to_sign_in_and_is_taken_where_they_wanted_to_go(self):
        for address in EVERYWHERE:
            answer = self.client.get(address)
            assert answer.status_code == 302
            assert answer["Location"].startswith("/sign-in/?next=/")

    def test_a_sign_in_without_a_post_sees_nothing(self):
        self.client.force_login(User.objects.create(username="nobody"))
        assert "nobody who holds a post" in words(self.page("/", status=403))

    def test_somebody_who_has_left_their_post_sees_nothing(self):
        keyworker = self.people["keyworker"].fresh()
        with doing(on=TODAY, name="leave_post"):
            keyworker.left_on = TODAY
            keyworker.save()
        self.page("/cases/", "keyworker", status=403)

    def test_a_case_that_is_not_there_and_one_that_may_not_be_seen_look_the_same(self):
        for part in ("", "plan/", "dates/"):
            forbidden = words(self.page(f"/cases/SP-0001/{part}", "stranger", status=404))
            unknown = words(self.page(f"/cases/SP-9999/{part}", status=404))
            assert forbidden == unknown

    def test_an_address_nobody_could_have_typed_leads_nowhere(self):
        self.page("/cases/SP-0001%00/", "social_worker", status=404)
        self.page("/alerts/99999999999999999999999/", status=404)

    def test_an_alert_of_somebody_else_and_one_that_is_not_there_look_the_same(self):
        alert = Alert.objects.first()
        forbidden = words(self.page(f"/alerts/{alert.pk}/", "stranger", status=404))
        assert forbidden == words(self.page("/alerts/999999/", status=404))

    def test_a_list_with_nothing_in_it_says_so(self):
        for address, said in {
            "/": "Nothing waits for you.",
            "/cases/": "There is no case you may see.",
            "/meetings/": "No conference is booked in any case you may see.",
            "/alerts/": "No alert stands for you.",
            "/alerts/?view=agency": "Nothing your agency owes has an alert.",
            "/alerts/?view=all": "No alert stands in any case you may see.",
            "/overdue/": "You owe nothing that is overdue.",
            "/overdue/?view=all": "Nothing is overdue in any case you may see.",
        }.items():
            assert said in words(self.page(address, "stranger")), address

    # What a page costs

    def test_a_page_costs_a_fixed_number_of_statements(self):
        alert = Alert.objects.standing().get(rung=1)
        self.sign_in("social_worker")
        self.client.get(f"/alerts/{alert.pk}/")  # the first opening by somebody it went to is kept
        for address, statements in {
            "/": 15,
            "/meetings/": 8,
            "/cases/": 12,
            CASE: 15,
            f"{CASE}plan/": 15,
            f"{CASE}dates/": 11,
            "/alerts/": 8,
            "/alerts/fragment/": 7,
            f"/alerts/{alert.pk}/": 14,
            f"/alerts/{alert.pk}/hand-over/": 6,
            "/alerts/coming/": 10,
            "/alerts/dead-letters/": 10,
            "/alerts/end-of-ladder/": 5,
            "/absence/": 6,
            "/overdue/team/": 5,
            "/overdue/": 5,
            "/overdue/fragment/": 4,
        }.items():
            with self.subTest(address=address), self.assertNumQueries(statements):
                self.client.get(address)

    def test_the_ratings_of_many_cases_are_those_of_each_plan(self):
        found = ratings.of_cases(list(Case.objects.all()))
        standing = [one for each in found.values() for one in each]
        assert len(standing) == 2
        for one in standing:
            assert one.rating == drift.rating(one.plan)
            assert one.reasons == drift.touching(one.plan)

    # Today

    def test_what_is_late_is_first_and_says_so_in_words(self):
        said = words(self.page("/", "keyworker"))
        assert "Assessment and hair-strand test for mother's cannabis use" in said
        assert "1 working day late" in said
        assert "Moved from 30 Jun 2026 to 28 Aug 2026 on 6 Jul 2026: Mother missed two appointments" in said

    def test_the_last_check_is_said(self):
        assert "Lateness last checked 00:05 today." in words(self.page("/", "social_worker"))

    def test_alerts_that_wait_are_counted_beside_their_link(self):
        soup = self.page("/", "social_worker")
        assert words(soup.find("a", href="/alerts/")) == "Alerts 1 (1 unread)"

    def test_somebody_who_covers_sees_what_waits_for_the_other(self):
        cover(self.people["keyworker"], self.people["stranger"], from_on=TODAY, until_on=TODAY)
        soup = self.page("/", "stranger")
        assert "hair-strand" in words(soup)
        assert "You cover for Jude Lacey" in words(soup)
        assert words(soup.find("a", href="/alerts/")) == "Alerts 1 (1 unread)"

    # The story

    def test_it_says_how_many_meetings_changed_how_much(self):
        assert "2 + 3 meetings, 2 outcomes improved" in words(self.page(CASE, "social_worker"))

    def test_what_happened_is_told_in_plain_words_with_who_and_why(self):
        said = " ".join(words(soup) for soup in self.whole_story())
        assert "Action given a new date" in said
        assert "by Ife Marlow, lead practitioner, Children's social care" in said
        assert "moved from 30 Jun 2026 to 28 Aug 2026" in said
        assert "Why: Mother missed two appointments" in said

    def test_what_was_written_down_more_than_a_day_later_says_so(self):
        late = words(self.page(CASE, "social_worker")).count("Written down later")
        assert late == pages.ENTRIES_ON_A_PAGE  # played today, true months ago

    def whole_story(self):
        """Every page of the story, the latest first."""
        self.sign_in("social_worker")
        address = CASE
        while address:
            soup = self.page(address)
            yield soup
            earlier = soup.find("a", string="Earlier in the story")
            address = earlier and CASE + earlier["href"]

    def test_a_refused_attempt_is_shown_when_it_is_asked_for(self):
        refused = "The date is a weekend or a bank holiday."
        assert refused not in words(self.page(CASE, "social_worker"))
        assert refused in words(self.page(f"{CASE}?show=refused"))

    def test_the_story_goes_back_to_its_beginning_page_by_page(self):
        told = [len(soup.select(".moj-timeline__item")) for soup in self.whole_story()]
        done = Case.objects.get(reference="SP-0001").entries.filter(outcome="done").count()
        assert sum(told) == done
        assert told[:-1] == [pages.ENTRIES_ON_A_PAGE] * (len(told) - 1)
        assert len(told) > 1

    def test_what_drifts_is_said_with_its_facts(self):
        said = words(self.page(CASE, "social_worker"))
        assert "An agency is silent : Adult drug and alcohol service Nothing heard since 21 Apr 2026." in said

    def test_every_act_has_a_sentence(self):
        assert set(acts.ACTS) - set(wording.ACTS) == set()

    # The plan

    def test_an_action_shows_its_first_date_every_move_and_how_late_it_is(self):
        soup = self.page(f"{CASE}plan/", "social_worker")
        row = next(row for row in soup.select("tbody tr") if "hair-strand" in row.get_text())
        said = words(row)
        for part in ("30 Jun 2026", "28 Aug 2026", "Moved 1 time", "Mother missed two appointments", "Overdue"):
            assert part in said
        assert "1 working day late" in said

    def test_outcomes_say_in_words_whether_they_moved(self):
        assert "Better: 3 to 4" in words(self.page(f"{CASE}plan/", "social_worker"))

    # How dates moved

    def test_the_finding_comes_first(self):
        said = words(self.page(f"{CASE}dates/", "social_worker"))
        assert "1 action of 8 slipped 43 working days in total; 1 move; 1 with a reason" in said
        assert "1 recorded after the date had passed." in said

    def test_as_it_stood_before_the_move_no_date_had_moved(self):
        said = words(self.page(f"{CASE}dates/?on=2026-07-05", "social_worker"))
        assert "As it stood on 5 Jul 2026: 6 actions; no date has moved." in said

    def test_before_anything_was_agreed_there_was_no_date(self):
        said = words(self.page(f"{CASE}dates/?on=2026-03-20", "social_worker"))
        assert "No action had been agreed by then" in said

    def test_the_day_may_be_asked_for_in_three_boxes(self):
        boxes = "on-day=5&on-month=7&on-year=2026"
        assert "As it stood on 5 Jul 2026" in words(self.page(f"{CASE}dates/?{boxes}", "social_worker"))

    def test_a_day_that_is_no_day_is_refused_in_words_and_kept(self):
        soup = self.page(f"{CASE}dates/?on-day=31&on-month=2&on-year=2026", "social_worker")
        assert "The day must be a real date" in words(soup.select_one(".govuk-error-summary"))
        assert soup.find("input", attrs={"name": "on-day"})["value"] == "31"

    def test_the_meetings_before_and_after_are_one_press_away(self):
        soup = self.page(f"{CASE}dates/?on=2026-07-05", "social_worker")
        assert [link["href"] for link in soup.select("nav[aria-label='Plan meetings'] a")] == [
            "?on=2026-06-15",
            "?on=2026-07-14",
            f"{CASE}dates/",
        ]

    def test_every_drawing_says_what_it_shows(self):
        soup = self.page(f"{CASE}dates/", "social_worker")
        for drawing in soup.select("svg.app-chart"):
            assert drawing["role"] == "img"
            assert drawing.title.get_text() and drawing.desc.get_text()
        assert "moved 1 time, 43 working days later" in soup.select_one("svg.app-chart desc").get_text()
