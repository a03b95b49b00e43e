"""`thumbor-renuo keys new|list|retire`: keys follow one another without a gap."""

import argparse
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from thumbor_renuo.key_file import KINDS, KeyFile, KeyFileError, now


def add_parser(commands: Any) -> None:
    """Add the command and its three actions."""
    keys = commands.add_parser("keys", help="make, list and retire the keys of apps")
    keys.add_argument(
        "--apps-file",
        type=Path,
        default=Path(os.environ.get("APPS_FILE") or "apps.toml"),
        help="the TOML file of the apps [APPS_FILE, or apps.toml]",
    )
    actions = keys.add_subparsers(dest="action", required=True)

    new = actions.add_parser("new", help="make a key; it is shown this once")
    new.add_argument("name", help="the app's name")
    new.add_argument("env", help="its environment")
    new.add_argument("--kind", choices=KINDS, default="private", help="[%(default)s]")
    new.add_argument("--not-after", type=_moment, help="when it ends, 2027-01-31T12:00:00Z")
    new.add_argument("--create", action="store_true", help="make the app, with a key of each kind")
    new.set_defaults(run=_new)

    actions.add_parser("list", help="list all keys, without secrets").set_defaults(run=_list)

    retire = actions.add_parser("retire", help="end a key")
    retire.add_argument("app", help="the full name, <name>-<env>")
    retire.add_argument("fingerprint", help="as `keys list` shows it")
    retire.add_argument("--at", type=_moment, help="when [now]")
    retire.set_defaults(run=_retire)


def _moment(text: str) -> datetime:
    fault = argparse.ArgumentTypeError(f"got {text!r}, wants a date, a time and a zone")
    try:
        moment = datetime.fromisoformat(text)
        in_utc = moment.astimezone(UTC)  # TOML writes no zone with seconds
    except (ValueError, OverflowError) as error:
        raise fault from error
    if moment.tzinfo is None:
        raise fault
    return in_utc


def _new(chosen: argparse.Namespace) -> None:
    file = KeyFile(chosen.apps_file)
    if chosen.create:
        if chosen.not_after:
            raise KeyFileError(["--create and --not-after do not go together"])
        api_key, private_key = file.new_app(chosen.name, chosen.env)
        print(f"api_key      {api_key}\nprivate_key  {private_key}")
    else:
        if chosen.not_after and chosen.not_after <= now():
            raise KeyFileError([f"--not-after: {chosen.not_after.isoformat()} has passed"])
        key = file.new(chosen.name, chosen.env, chosen.kind, not_after=chosen.not_after)
        print(f"{chosen.kind}_key  {key}")


def _list(chosen: argparse.Namespace) -> None:
    moment, keys = now(), KeyFile(chosen.apps_file).listed()
    print(f"{'app':30} {'kind':8} {'fingerprint':12} {'state':6} {'not after':25} api key")
    for key in keys:
        ends = key.not_after.isoformat() if key.not_after else "-"
        print(
            f"{key.app:30} {key.kind:8} {key.fingerprint:12} {key.state(moment):6} {ends:25} "
            f"{key.value}".rstrip()
        )


def _retire(chosen: argparse.Namespace) -> None:
    at = chosen.at or now()
    KeyFile(chosen.apps_file).retire(chosen.app, chosen.fingerprint, at=at)
    print(f"{chosen.fingerprint} of {chosen.app} ends at {at.isoformat()}")
