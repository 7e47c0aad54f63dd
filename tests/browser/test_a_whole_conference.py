"""A whole conference in the browser: convened, held, minuted at the same time, sent out in three versions and read.

The journey itself says at every step what must be on the page; the tests say what must be true of it as a whole.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import docx
import pytest
from pypdf import PdfReader

from tests.browser.conftest import serving, signing_in
from tests.browser.hands import Hands, Keyboard, Mouse
from tests.browser.journey import CLOSED_PART, FOR_EVERYBODY, KEPT_FROM_THE_FATHER, Files, Journey
from tests.browser.looking import Looking
from tests.meetings.reading import all_of_pdf, all_of_word, text_of_word
from tests.notifications.mail_server import running_mail_server

pytestmark = pytest.mark.browser
THE_DAY_TO_CONVENE = "2026-11-23"


@contextmanager
def setting_out(browser: object, data: Path, hands: Hands, **more: object) -> Iterator[Journey]:
    """A site of its own with its mail server, and the people at its door."""
    with running_mail_server() as mail:
        server = {"EMAIL_URL": f"smtp://127.0.0.1:{mail.port}"}
        with (
            serving(data, "tests.browser.prepare_meeting", THE_DAY_TO_CONVENE, **server) as site,
            signing_in(site, browser) as open_page,
        ):
            guests = []

            def guest() -> object:
                guests.append(browser.new_context())  # type: ignore[attr-defined]
                return guests[-1].new_page()

            yield Journey(site, mail, hands, open_page, guest, **more)  # type: ignore[arg-type]
            for each in guests:
                each.close()


def test_a_conference_goes_from_its_invitations_to_its_copies_on_pages_that_keep_nobody_out(browser, tmp_path):
    look = Looking()
    with setting_out(browser, tmp_path, Mouse(), look=look) as journey:
        journey.make()
    everybody_has_their_own_version(journey.files)
    assert look.wrong == []


def test_the_same_conference_is_convened_held_and_sent_out_with_the_keyboard_alone(browser, tmp_path):
    with setting_out(browser, tmp_path, Keyboard()) as journey:
        journey.make()
    everybody_has_their_own_version(journey.files)


def everybody_has_their_own_version(files: Files) -> None:
    """The police officer has every section, the mother all but one, the father all but two; nothing hints at more."""
    given = {reader: {kind: whole(kind, *file) for kind, file in files[reader].items()} for reader in files}
    for kind in ("docx", "pdf"):
        assert len({files[reader][kind][1] for reader in ("police", "mina", "emil")}) == 3
        for words in (KEPT_FROM_THE_FATHER, "Fernhollow"):
            assert squeezed(words) in given["police"][kind]
            assert squeezed(words) in given["mina"][kind]
            assert squeezed(words) not in given["emil"][kind]
        assert squeezed(CLOSED_PART) in given["police"][kind]
        for parent in ("mina", "emil"):
            assert squeezed(CLOSED_PART) not in given[parent][kind]
            assert squeezed(FOR_EVERYBODY) in given[parent][kind]
    assert files["as looked at"] == files["emil"]
    says_nothing_of_itself(files["emil"])


def whole(kind: str, name: str, content: bytes) -> str:
    """Everything there is to find in a file and in its name."""
    drawn = [text_of_word(content), all_of_word(content)] if kind == "docx" else [all_of_pdf(content)]
    return squeezed(name + "".join(drawn))


def squeezed(text: str) -> str:
    """Without the spaces, which a PDF puts where its lines break."""
    return "".join(text.split())


def says_nothing_of_itself(files: dict[str, tuple[str, bytes]]) -> None:
    """Properties, bookmarks and names of the father's files speak of the document, and of nobody."""
    names = [name for name, _ in files.values()]
    core = docx.Document(BytesIO(files["docx"][1])).core_properties
    pdf = PdfReader(BytesIO(files["pdf"][1]))
    marks = [mark.title for mark in pdf.outline if not isinstance(mark, list)]
    marks += [mark.title for each in pdf.outline if isinstance(each, list) for mark in each]
    assert any("Introductions" in mark for mark in marks)
    about = [core.title, core.author, core.subject, core.keywords, core.comments, core.category, str(pdf.metadata)]
    for words in ("Emil", "Hart", "Sorrel", "Bryony", "Ash ", "Fernhollow", KEPT_FROM_THE_FATHER):
        assert not any(words in each for each in [*names, *about]), words
    assert not any(KEPT_FROM_THE_FATHER in mark or "Fernhollow" in mark for mark in marks)
