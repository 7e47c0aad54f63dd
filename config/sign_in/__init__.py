"""Signing in, and what a sign-in lasts for. Who somebody is to a case is asked elsewhere, on the ground floor.

views.py         the pages: password, second step, recovery codes, where one is signed in
second_step.py   codes of a telephone, recovery codes; nobody gets further without, where everybody needs one
passkeys.py      passkeys, the other second step: where they work, what they are asked, whether they answered right
                 (what a page takes from them is in passkey_forms.py)
means.py         each change to any of these, on record and told by mail
organisation.py  OpenID Connect: the sign-in of the organisation somebody works for
throttle.py      wrong passwords and codes, slowed down without locking anybody out
lasting.py       how long a sign-in lasts, used and unused
again.py         what asks once more whether it is really them
"""
