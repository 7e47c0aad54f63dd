#!/usr/bin/env python3
"""Prepares `.venv` in this checkout: `python3 scripts/bootstrap.py base` to run Throughline, `dev` to check it too.

Needs nothing but Python's own library, and is read by Pythons too old for Throughline itself, so that those can
say so in a sentence: keep its syntax plain (3.6).

A virtual environment is finished when its stamp is there. The stamp is taken away before anything is installed and
written back after, so one that was stopped half-way has none and is built again.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time

try:
    import fcntl
except ImportError:  # Windows: two makes at once are then the reader's own affair.
    fcntl = None

OLDEST = (3, 11)
TRIED = ("python3.11", "python3.12", "python3.13", "python3.14", "python3", "python")
SETS = {"base": ["base.txt"], "dev": ["base.txt", "dev.txt"]}

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
STAMP = os.path.join(VENV, "throughline.json")
LOG = os.path.join(VENV, "install.log")
INSIDE = os.path.join(VENV, "Scripts", "python.exe") if os.name == "nt" else os.path.join(VENV, "bin", "python")

PROBE = """
import importlib.util, json, sys
print(json.dumps([sys.version_info[:3], bool(importlib.util.find_spec("ensurepip"))]))
"""


held = []  # The open lock, once taken: one preparation of this checkout at a time.


class CannotPrepare(Exception):
    """The environment cannot be prepared; the text says what was wrong and what to do now."""


def prepare(wanted):
    """Leave `.venv` holding the requirement set `wanted` ("base" or "dev"); does nothing when it already does."""
    stamp = read_stamp()
    if stamp is not None and not works(INSIDE):
        stamp = None
    if stamp is not None and is_enough(stamp, wanted):
        return
    if stamp is None:
        build_venv()
        stamp = {}
    # What was once installed for the checks stays right when only the base changes.
    names = SETS["dev"] if "dev.txt" in stamp.get("files", {}) else SETS[wanted]
    install(names)


def is_enough(stamp, wanted):
    """Were exactly these requirement files installed, in this very folder?"""
    files = stamp.get("files", {})
    return stamp.get("folder") == ROOT and all(files.get(name) == digest(name) for name in SETS[wanted])


def read_stamp():
    """What the last finished installation left, or None when there was none, or it was for another folder."""
    try:
        with open(STAMP, encoding="utf-8") as handle:
            stamp = json.load(handle)
    except (OSError, ValueError):
        return None
    return stamp if isinstance(stamp, dict) and stamp.get("folder") == ROOT else None


def digest(name):
    with open(os.path.join(ROOT, "requirements", name), "rb") as handle:
        return hashlib.sha256(handle.read()).hexdigest()


def build_venv():
    """A new, empty virtual environment in place of whatever was there."""
    python = find_python()
    if os.path.lexists(VENV):
        say("The virtual environment in .venv is unfinished or no longer works: building it again.")
        if os.path.islink(VENV):
            os.unlink(VENV)
        else:
            shutil.rmtree(VENV)
    os.mkdir(VENV)
    run("Making a virtual environment in .venv", [python, "-m", "venv", VENV])


def install(names):
    """Install the requirement files, each package checked against its hash, then write the stamp."""
    if os.path.exists(STAMP):
        os.unlink(STAMP)
    command = [INSIDE, "-m", "pip", "install", "--require-hashes", "--no-input", "--disable-pip-version-check"]
    for name in names:
        command += ["-r", os.path.join("requirements", name)]
    run("Installing " + " and ".join("requirements/" + name for name in names), command)
    files = {name: digest(name) for name in names}
    with open(STAMP + ".new", "w", encoding="utf-8") as handle:
        json.dump({"folder": ROOT, "files": files}, handle, indent=1)
    os.replace(STAMP + ".new", STAMP)


def find_python():
    """The path of a Python new enough that can make a virtual environment: the one running this, if it will do."""
    seen, bare = [], None
    # An environment that is active stands first on the search path, and may be the very one to be built again.
    path = os.pathsep.join(
        folder for folder in os.environ.get("PATH", "").split(os.pathsep) if not folder.startswith(VENV)
    )
    mine = None if sys.executable.startswith(VENV) else sys.executable
    for candidate in [mine] + [shutil.which(name, path=path) for name in TRIED]:
        found = probe(candidate)
        if found is None:
            continue
        version, has_ensurepip = found
        if version >= OLDEST and has_ensurepip:
            return candidate
        if version >= OLDEST:
            bare = version
        seen.append(".".join(map(str, version)))
    if bare:
        raise CannotPrepare(
            "Python %d.%d is here, but not the part of it that makes virtual environments. "
            "On Debian or Ubuntu install the package python%d.%d-venv, then run the same command again."
            % (bare[0], bare[1], bare[0], bare[1])
        )
    raise CannotPrepare(
        "Throughline needs Python %d.%d or newer; found here: %s. Install one (on Debian 12: the packages python3 and "
        "python3-venv; elsewhere: python.org/downloads), then run the same command again."
        % (OLDEST + (", ".join(sorted(set(seen))) or "none",))
    )


def probe(python):
    """(version, can make virtual environments), asked of the interpreter itself; None when it does not run.

    A name on the search path proves nothing: version managers leave names there that only print an error.
    """
    if not python:
        return None
    try:
        answer = subprocess.run(
            [python, "-c", PROBE], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=30, check=True
        )
        version, has_ensurepip = json.loads(answer.stdout.decode())
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return tuple(version), has_ensurepip


def works(python):
    """Does the interpreter inside the environment start, and has it pip?"""
    if not os.path.exists(python):
        return False
    command = [python, "-c", "import pip, sys; sys.exit(sys.version_info[:2] < (3, 11))"]
    try:
        return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60).returncode == 0
    except (OSError, subprocess.SubprocessError):
        return False


def run(title, command):
    """Run one long step: a line with the seconds that pass on a terminal, one plain line elsewhere.

    The step holds the lock too: should this program be killed, the next one waits until the step has ended.
    """
    began = time.monotonic()
    live = sys.stdout.isatty()
    with open(LOG, "ab") as log:
        step = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, pass_fds=held
        )
        try:
            while step.poll() is None:
                if live:
                    sys.stdout.write("\r%s ... %d s " % (title, time.monotonic() - began))
                    sys.stdout.flush()
                time.sleep(0.2)
        except BaseException:
            step.terminate()
            step.wait()
            raise
    outcome = "failed" if step.returncode else "done"
    say("%s%s: %s, %d s" % ("\r" if live else "", title, outcome, time.monotonic() - began))
    if step.returncode:
        raise CannotPrepare(
            "%s\nThat step failed; all its lines are in .venv/install.log. It needs a package index to install from. "
            "Put right what is named above, then run the same command again: it starts afresh." % last_words()
        )


def last_words():
    """What the installer said went wrong, or else its last lines."""
    with open(LOG, encoding="utf-8", errors="replace") as log:
        lines = [line.rstrip()[:300] for line in log]
    return "\n".join([line for line in lines if line.startswith("ERROR")][-5:] or lines[-10:])


def take_turn():
    """Wait until no other preparation of this checkout is running: a second make then finds the work done."""
    if not fcntl:
        return
    held.append(os.open(os.path.abspath(__file__), os.O_RDONLY))
    try:
        fcntl.flock(held[0], fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        say("Another make is preparing .venv: waiting for it.")
        fcntl.flock(held[0], fcntl.LOCK_EX)


def say(text):
    print(text, flush=True)


def main():
    wanted = sys.argv[1] if len(sys.argv) == 2 else ""
    if wanted not in SETS:
        sys.exit("Say which: %s base | dev" % sys.argv[0])
    try:
        take_turn()
        prepare(wanted)
    except CannotPrepare as problem:
        sys.exit(str(problem))
    except KeyboardInterrupt:
        sys.exit("\nStopped. The next run starts afresh.")


if __name__ == "__main__":
    main()
