"""The thumbor-renuo command."""

import argparse
import logging
import os
import sys
from pathlib import Path

from derpconf.config import ConfigurationError as MissingFile
from thumbor.config import Config
from thumbor.server import configure_log, get_config

from thumbor_renuo import __version__, demo, keys_command, machine, sign_command
from thumbor_renuo.config import markdown_table, production
from thumbor_renuo.errors import ConfigurationError
from thumbor_renuo.handlers.services import Services
from thumbor_renuo.local_s3 import LocalS3Error
from thumbor_renuo.server import StartError, Supervisor, bind


def main(arguments: list[str] | None = None) -> int:
    """Run a subcommand; returns the exit code."""
    chosen = _parser().parse_args(arguments)
    try:
        chosen.run(chosen)
    except (ConfigurationError, LocalS3Error, StartError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except (OSError, MissingFile) as error:
        print(f"thumbor-renuo {chosen.command}: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="thumbor-renuo", description="Sign uploads to S3 and serve images in every size."
    )
    parser.add_argument("--version", action="version", version=f"thumbor_renuo {__version__}")
    commands = parser.add_subparsers(dest="command", required=True)

    serve = commands.add_parser("serve", help="serve with several processes and a clean stop")
    serve.add_argument("-c", "--conf", help="Thumbor's configuration file [the environment]")
    serve.set_defaults(run=_serve)

    trial = commands.add_parser("demo", help="serve with an embedded S3 server and a demo page")
    trial.add_argument(
        "--data-dir",
        type=Path,
        default=Path(os.environ.get("DATA_DIR") or ".data"),
        help="where it keeps its data [DATA_DIR, or .data]",
    )
    trial.set_defaults(run=_demo)

    for command, address in ((serve, "0.0.0.0"), (trial, "127.0.0.1")):  # noqa: S104
        command.add_argument("--bind", default=address, help="address [%(default)s]")
        command.add_argument(
            "-p",
            "--port",
            type=_port,
            default=os.environ.get("PORT") or "8888",
            help="port [PORT, or 8888]",
        )
        command.add_argument(
            "--processes",
            type=_count,
            default=machine.cores(),
            help="processes [the cores: %(default)s]",
        )

    keys_command.add_parser(commands)
    sign = sign_command.add_parser(commands)
    sign.set_defaults(run=lambda chosen: print(sign_command.signed(chosen)))

    table = commands.add_parser("options", help="print all options as a table in Markdown")
    table.set_defaults(run=lambda _chosen: print(markdown_table()))
    return parser


def _serve(chosen: argparse.Namespace) -> None:
    config = get_config(chosen.conf) if chosen.conf else Config(**production(os.environ))
    config.PROCESSES = chosen.processes
    configure_log(config, "INFO")
    Services.of(config)

    def announce() -> None:
        logging.getLogger(__name__).info(
            "serving on %s:%d with %d processes", chosen.bind, chosen.port, chosen.processes
        )

    Supervisor(
        config,
        sockets=bind(chosen.bind, chosen.port),
        processes=chosen.processes,
        on_ready=announce,
    ).run()


def _demo(chosen: argparse.Namespace) -> None:
    configure_log(Config(**production(os.environ)), "INFO")
    demo.run(chosen.data_dir, address=chosen.bind, port=chosen.port, processes=chosen.processes)


def _port(text: str) -> int:
    return _whole(text, 1, 65535)


def _count(text: str) -> int:
    return _whole(text, 1, 512)


def _whole(text: str, low: int, high: int) -> int:
    if not text.isdecimal() or not low <= int(text) <= high:
        raise argparse.ArgumentTypeError(f"got {text!r}, wants a whole number, {low} to {high}")
    return int(text)
