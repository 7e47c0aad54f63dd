"""What somebody holds is handed over at once, each by its own act, in the cases the reader sees."""

from unittest import mock

from notifications.need_to_know import restrict_case
from plans.models import Action
from tests.making import a_professional, doing
from tests.pages.played import TODAY, PlayedCase, words
from workflow import deadlines
from workflow.errors import WrongRole
from workflow.models import Case, Entry, Professional, Role, User


class HandingOver(PlayedCase):
    @classmethod
    def setUpTestData(cls):
        super().setUpTestData()
        worker = cls.people["social_worker"]
        with doing(on=TODAY):
            cls.next = a_professional("next_worker", Role.LEAD_PRACTITIONER, worker.agency, name="Noor Next")
            cls.case = Case.objects.get(reference="SP-0001")
            owner = Professional.objects.get(key="social_worker")
        cls.action = Action.objects.filter(state=Action.State.AGREED).latest("pk")
        with doing(cls.case, on=TODAY):
            deadlines.hand_over(cls.action.deadline, owner, on=TODAY)
        cls.address = f"/people/{worker.pk}/holds/"

    def send(
        self, kind="roles", items=None, to="next_worker", reason="She leaves at the end of the month", by="manager"
    ):
        self.sign_in(by)
        items = [f"lead_practitioner-{self.case.pk}"] if items is None else items
        said = {f"{kind}-items": items, f"{kind}-to": to, f"{kind}-reason": reason}
        return self.client.post(self.address, {kind: "1", **said})

    def test_the_page_lists_roles_and_actions_with_their_dates(self):
        said = words(self.page(self.address, "manager"))
        assert "SP-0001: lead practitioner" in said and self.action.text in said and "SP-0001, due" in said

    def test_a_role_goes_with_what_is_owed_and_the_page_says_so(self):
        assert self.send()["Location"] == self.address
        assert Case.objects.get().lead_practitioner == self.next
        said = words(self.page(self.address))
        assert "1 handed over to Noor Next" in said and "SP-0001: lead practitioner" not in said
        entry = Entry.objects.get(act="hand_over_case", outcome="done")
        assert entry.reason == "She leaves at the end of the month"

    def test_several_actions_go_at_once_each_by_its_own_act(self):
        mine = [
            each
            for each in Action.objects.filter(state__in=Action.OPEN)
            if each.is_owned_by(self.people["social_worker"])
        ]
        answer = self.send("actions", [str(each.pk) for each in mine])
        assert answer["Location"] == self.address
        assert {each.owner for each in mine} == {self.next}
        assert Entry.objects.filter(act="hand_over_action", outcome="done").count() == len(mine)

    def test_all_of_them_go_by_one_tick(self):
        mine = Action.objects.filter(state=Action.State.AGREED, for_children__child__key="jonah").order_by("pk")
        with doing(self.case, on=TODAY):
            for each in mine:
                deadlines.hand_over(each.deadline, self.people["social_worker"], on=TODAY)
        assert len(mine) > 1
        self.sign_in("manager")
        said = {"actions-all": "on", "actions-to": "next_worker", "actions-reason": "She leaves"}
        assert self.client.post(self.address, {"actions": "1", **said})["Location"] == self.address
        assert {each.owner for each in mine} == {self.next}

    def test_one_that_is_refused_keeps_no_other_from_going_and_stays_ticked(self):
        with mock.patch("config.handing_over.hand_over_action", side_effect=WrongRole(about=["next_worker"])):
            answer = self.send("actions", [str(self.action.pk)])
        page = answer.content.decode()
        assert answer.status_code == 200 and "Not handed over:" in page and "checked" in page
        assert "She leaves at the end of the month" in page

    def test_nothing_ticked_nobody_named_and_no_reason_are_said_beside_their_fields_and_nothing_is_lost(self):
        page = self.send(items=[], to="", reason="Because").content.decode()
        assert "Tick what is to be handed over" in page and "roles-to-error" in page and "Because" in page
        assert Case.objects.get().lead_practitioner.key == "social_worker"

    def test_what_somebody_else_handed_over_meanwhile_is_not_taken_from_its_new_holder(self):
        self.send()
        answer = self.send(to="next_worker")
        assert answer.status_code == 200
        assert Entry.objects.filter(act="hand_over_case", outcome="done").count() == 1

    def test_it_is_for_managers_and_chairs(self):
        for key in ("social_worker", "inspector", "health_visitor", "board"):
            self.page(self.address, key, status=403)
        self.page("/people/99999/holds/", "manager", status=404)

    def test_a_case_the_reader_does_not_see_is_not_listed(self):
        restrict_case(self.case, why="staff", reason="A colleague’s", by=self.people["cp_chair"], on=TODAY)
        with doing(on=TODAY):
            manager = a_professional("other_manager", Role.TEAM_MANAGER, self.next.agency, name="Otto Other")
            manager.user = User.objects.create(username="other_manager")
            manager.save()
        self.people["other_manager"] = manager
        assert "They hold no role and owe no action in a case you see." in words(
            self.page(self.address, "other_manager")
        )

    def test_where_nobody_can_take_it_that_is_said(self):
        chair = self.people["cp_chair"]
        said = words(self.page(f"/people/{chair.pk}/holds/", "manager"))
        assert "nobody else in" in said and "Invite somebody first" in said

    def test_the_page_costs_a_fixed_number_of_statements(self):
        self.page(self.address, "manager")
        with self.assertNumQueries(8):
            self.client.get(self.address)
