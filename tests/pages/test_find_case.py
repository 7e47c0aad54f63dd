"""A case is found by its reference or a name, among those the person may see; the search is written down."""

from notifications.need_to_know import restrict_case
from tests.making import a_professional, doing
from tests.pages.played import TODAY, PlayedCase, words
from workflow.models import Agency, Case, Child, Read, Role
from workflow.reads import hashed

FIND = "/cases/find/"


class FindCase(PlayedCase):
    def search(self, said, key="social_worker", status=200):
        self.sign_in(key)
        answer = self.client.post(FIND, {"words": said})
        self.assertEqual(answer.status_code, status)
        return answer

    def found(self, said, key="social_worker"):
        return "/cases/SP-0001/" in self.search(said, key).content.decode()

    def test_by_reference_and_by_any_part_of_a_name_of_those_it_is_about(self):
        case = Case.objects.get(reference="SP-0001")
        child, adult = case.children.first(), case.family_members.first()
        for said in ("sp-0001", "0001", child.name, child.name.split()[0].upper(), adult.name):
            with self.subTest(words=said):
                assert self.found(said)
        assert "the name of a child" in self.search(child.name).content.decode()

    def test_what_nobody_bears_is_not_there_and_what_was_typed_is_kept(self):
        answer = self.search("Quillfeather").content.decode()
        assert "No case was found" in answer and 'value="Quillfeather"' in answer

    def test_a_case_that_is_not_theirs_is_not_there(self):
        name = Child.objects.filter(case__reference="SP-0001").first().name
        assert not self.found(name, "stranger")
        assert not self.found("SP-0001", "stranger")

    def test_a_restricted_case_is_found_by_those_named_alone(self):
        assert self.found("SP-0001", "housing_lead")
        with doing(on=TODAY, name="open_links"):
            director = a_professional("director", Role.DIRECTOR, Agency.objects.get(key="social_care"))
        restrict_case(Case.objects.get(), why="staff", reason="Her aunt works here", by=director, on=TODAY)
        assert not self.found("SP-0001", "housing_lead")
        assert self.found("SP-0001")

    def test_too_little_is_refused_beside_the_field_and_is_no_search(self):
        for said in ("", " ", "a"):
            answer = self.search(said).content.decode()
            assert "id_words-error" in answer and "<title>Error: Find a case" in answer
        assert not Read.objects.filter(kind=Read.Kind.SEARCH).exists()

    def test_the_search_is_in_the_read_log_and_its_words_are_nowhere(self):
        self.search("Quillfeather")
        kept = Read.objects.get(kind=Read.Kind.SEARCH)
        assert (kept.by.key, kept.case, kept.about) == ("social_worker", None, hashed("quillfeather"))

    def test_no_name_is_put_into_an_address(self):
        self.sign_in("social_worker")
        assert "SP-0001" not in words(self.page(f"{FIND}?words=SP-0001"))
        assert self.page(FIND).find("form", role="search")["method"] == "post"

    def test_the_page_costs_six_statements(self):
        self.sign_in("social_worker")
        self.client.get(FIND)
        with self.assertNumQueries(6):
            self.client.post(FIND, {"words": "SP-0001"})
