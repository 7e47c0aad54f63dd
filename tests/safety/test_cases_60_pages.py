"""Case 60, as far as it can be seen without a browser: how every page is made.

Contrast, keyboard, width, zoom and what is read out are looked at in a real one: `tests/browser/test_every_page.py`,
`tests/browser/test_every_address.py`, `tests/browser/test_a_whole_conference.py`.
"""

from collections import Counter
from collections.abc import Iterator

from bs4 import BeautifulSoup, Tag
from django.template.loader import render_to_string

from tests.safety.pages import EveryPage, soup_of

# What a reader of the page by ear needs no name for.
UNNAMED = {"hidden", "submit", "button", "image", "reset"}
OF_TROUBLE = ("400.html", "403.html", "403_csrf.html", "404.html", "500.html", "503.html")


def wrong_with(soup: BeautifulSoup) -> Iterator[str]:
    """Whatever keeps somebody out who does not see the page, or has no mouse."""
    if soup.html["lang"] != "en-GB":
        yield "its language is not said"
    title, headings = soup.title.get_text(strip=True), soup.find_all("h1")
    if len(headings) != 1 or not headings[0].get_text(strip=True):
        yield f"{len(headings)} first headings"
    if not title.endswith(" – Throughline") or title.startswith("–"):
        yield f"its title is {title!r}"
    if len(soup.find_all("main")) != 1:
        yield "not one main part"
    past = soup.find("a")  # the first thing the keyboard comes to
    if "govuk-skip-link" not in past.get("class", []) or past["href"] != f"#{soup.main['id']}":
        yield "no way past the menu at its beginning"
    ids = Counter(each["id"] for each in soup.find_all(id=True))
    yield from (f"{name!r} is the name of {times} things" for name, times in ids.items() if times > 1)
    yield from (f"no name for {str(each)[:100]}" for each in soup.find_all(True) if needs_a_name(each, soup))
    yield from (f"leads to nothing: {each}" for each in referred_to(soup) - set(ids))
    yield from (f"out of order for the keyboard: {each.name}" for each in soup.find_all(tabindex=True) if early(each))
    yield from heading_gaps(soup)


def needs_a_name(each: Tag, soup: BeautifulSoup) -> bool:
    """Whether it is something to use, or a picture, of which nothing says what it is."""
    if each.name == "input" and each.get("type", "text") in UNNAMED - {"image"}:
        return False
    if each.name in ("input", "select", "textarea"):
        return not name_of_field(each, soup)
    if each.name in ("a", "button", "th", "summary", "legend", "label", "caption"):
        return not (words_of(each) or each.get("aria-label") or (each.name == "a" and not each.get("href")))
    if each.name == "img":
        return not each.has_attr("alt")
    if each.name == "fieldset":
        return each.find("legend") is None and not named_by(each, soup)
    return False


def name_of_field(field: Tag, soup: BeautifulSoup) -> str:
    label = soup.find("label", attrs={"for": field["id"]}) if field.get("id") else None
    around = label or field.find_parent("label")
    return (around.get_text(strip=True) if around else "") or named_by(field, soup)


def named_by(each: Tag, soup: BeautifulSoup) -> str:
    named = [soup.find(id=name) for name in str(each.get("aria-labelledby", "")).split()]
    return str(each.get("aria-label", "")) or " ".join(one.get_text(strip=True) for one in named if one)


def words_of(each: Tag) -> str:
    return each.get_text(strip=True) + "".join(str(picture.get("alt", "")) for picture in each.find_all("img"))


def referred_to(soup: BeautifulSoup) -> set[str]:
    """Every name of a thing on this page that something else on it leads to, by eye or by ear."""
    found = {str(each["href"])[1:] for each in soup.find_all("a", href=True) if str(each["href"]).startswith("#")}
    found |= {str(each["for"]) for each in soup.find_all("label") if each.get("for")}
    for attribute in ("aria-describedby", "aria-labelledby", "aria-controls"):
        found |= {name for each in soup.find_all(attrs={attribute: True}) for name in str(each[attribute]).split()}
    return found - {""}


def early(each: Tag) -> bool:
    return str(each["tabindex"]).lstrip("-").isdigit() and int(str(each["tabindex"])) > 0


def heading_gaps(soup: BeautifulSoup) -> Iterator[str]:
    """A heading two levels below the one before it: whoever goes by headings looks for what is not there."""
    levels = [int(each.name[1]) for each in soup.main.find_all(["h1", "h2", "h3", "h4", "h5", "h6"])]
    for before, after in zip(levels, levels[1:], strict=False):
        if after > before + 1:
            yield f"a heading of level {after} after one of level {before}"


class EveryPageIsMadeForEverybody(EveryPage):
    def test_case_60_every_page_says_what_it_is_and_names_what_is_on_it(self):
        pages, wrong = 0, []
        for name, answer in [*self.every_answer(), *self.refusals()]:
            soup = soup_of(answer)
            if soup and soup.html:
                pages += 1
                wrong += [f"{name}: {each}" for each in wrong_with(soup)]
        self.assertEqual(wrong, [])
        self.assertGreater(pages, 90)

    def test_case_60_so_do_the_pages_of_trouble(self):
        for template in OF_TROUBLE:
            shown = {"place": "/", "was_sent": True, "sent": [("Plan", "Ring")], "draft_saved_at": "12:00"}
            soup = BeautifulSoup(render_to_string(template, shown), "html.parser")
            with self.subTest(template):
                self.assertEqual(list(wrong_with(soup)), [])

    def test_case_60_what_is_wrong_with_a_page_is_found(self):
        """If this found nothing, the two above would prove nothing."""
        page = (
            '<html lang=""><head><title>–</title></head><body><a href="#there">x</a><main id="main-content"><h1>A</h1>'
            '<h1></h1><h3>B</h3><input id="a"><input id="a" aria-describedby="hint"><a href="/x/"></a>'
            '<img src="/x.png"><fieldset></fieldset><button tabindex="2"></button></main></body></html>'
        )
        found = " ".join(wrong_with(BeautifulSoup(page, "html.parser")))
        for each in ("language", "2 first headings", "title", "past the menu", "name of 2 things", "to nothing: there"):
            self.assertIn(each, found)
        for each in ("to nothing: hint", "no name for <a", "no name for <img", "no name for <fieldset", "keyboard"):
            self.assertIn(each, found)
        self.assertIn("level 3 after one of level 1", found)
        self.assertEqual(found.count("no name for <input"), 2)
