"""Brings in every module of ours, so that what is declared in them is there to be looked at."""

from importlib import import_module
from pkgutil import walk_packages

OURS = ("config", "meetings", "plans", "escalation", "notifications", "workflow")
# Needs the tables of PostgreSQL's workers, and declares nothing that anybody fills in.
NOT_ALWAYS = {"config.jobs"}

for each in walk_packages(["."], onerror=lambda name: None):
    if each.name.split(".")[0] in OURS and each.name not in NOT_ALWAYS:
        if ".migrations" not in each.name and ".management" not in each.name:
            import_module(each.name)
