"""The command line: thin. Heavy modules are imported by the commands that need them, so that ``--version`` is quick."""

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from typing import Final, NoReturn

from demarcate import __version__
from demarcate.cli import reports
from demarcate.errors import DemarcateError

EXIT_FINE: Final = 0
EXIT_GATE: Final = 1
EXIT_INPUT: Final = 2

_FAIL_ON: Final = ("critical", "high", "medium", "low", "never")
_EPILOG = """exit status:
  0  fine
  1  a duty of yours is not satisfied at or above --fail-on, or 'catalog check' found problems
  2  usage or input error: the command line is wrong, or an input could not be read (the rest was assessed)
"""


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """Writes options the same way under every version of Python, so that the reference can be checked."""

    def _format_action_invocation(self, action: argparse.Action) -> str:
        if not action.option_strings:
            return super()._format_action_invocation(action)
        names = ", ".join(action.option_strings)
        if action.nargs == 0:
            return names
        return f"{names} {self._format_args(action, self._get_default_metavar_for_optional(action))}"


def parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    top = argparse.ArgumentParser(
        prog="demarcate",
        description="For everything you run on AWS: what is AWS's responsibility, what is yours, and is yours done?",
        epilog=_EPILOG,
        formatter_class=_Formatter,
    )
    top.add_argument("--version", action="version", version=f"demarcate {__version__}")
    commands = top.add_subparsers(prog="demarcate", dest="command", metavar="COMMAND", required=True)
    _assess(commands)
    _report(commands)
    _explain(commands)
    _compare(commands)
    _catalog(commands)
    _shell(commands)
    return top


def _output(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--format", choices=("terminal", "json"), default="terminal", help="terminal (default) or json"
    )
    command.add_argument("-o", "--output", metavar="FILE", help="write to FILE instead of standard output")
    command.add_argument("--no-color", action="store_true", help="no colours (NO_COLOR does the same)")
    command.add_argument(
        "--catalog", action="append", default=[], metavar="DIR", help="a folder of your own service files; repeatable"
    )


def _assess(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = commands.add_parser(
        "assess",
        help="say of every resource whose job everything is",
        description="Read CloudFormation (JSON, YAML), SAM, CDK cloud assemblies, Terraform and OpenTofu "
        "(configurations, plans, states), and say for every resource and every responsibility whose job it is, and "
        "why. Nothing is executed, fetched or sent.",
        epilog=_EPILOG,
        formatter_class=_Formatter,
    )
    command.add_argument("paths", nargs="+", metavar="PATH", help="a file, a folder, a glob, a cdk.out folder, or -")
    command.add_argument(
        "--parameters", action="append", default=[], metavar="FILE|KEY=VALUE",
        help="values for parameters and variables: KEY=VALUE, a file as create-stack, deploy or CodePipeline take it, "
        "or .tfvars",
    )  # fmt: skip
    command.add_argument(
        "--configuration", metavar="FOLDER",
        help="the Terraform configuration that a plan or state comes from: findings point at its lines, and what it "
        "accepts in comments holds",
    )  # fmt: skip
    command.add_argument("--region", help="the Region of templates that do not say their own")
    command.add_argument("--account", help="the account of templates that do not say their own")
    command.add_argument("--profile", help="baseline (default), strict, or a profile file of your own")
    command.add_argument(
        "--config", metavar="FILE", help="your settings (default: demarcate.yaml here, if there is one)"
    )
    command.add_argument(
        "--fail-on", choices=_FAIL_ON, default="high", metavar="SEVERITY",
        help="exit 1 if a duty of yours is not satisfied at this severity or above: critical, high (default), medium, "
        "low, never",
    )  # fmt: skip
    command.add_argument("--as-of", metavar="YYYY-MM-DD", default="", help="the day that versions are held against")
    command.add_argument("--quiet", action="store_true", help="print only errors")
    reports.add_arguments(command)


def _report(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = commands.add_parser(
        "report",
        help="write reports of a saved ledger, without assessing again",
        description="Write reports of a ledger that 'demarcate assess --format json=FILE' saved, without assessing "
        "again.",
        epilog=_EPILOG,
        formatter_class=_Formatter,
    )
    command.add_argument("ledger", metavar="LEDGER", help="a saved ledger, or - for standard input")
    command.add_argument(
        "--fail-on", choices=_FAIL_ON, default="never", metavar="SEVERITY",
        help="exit 1 if a duty of yours is not satisfied at this severity or above: critical, high, medium, low, "
        "never (default)",
    )  # fmt: skip
    reports.add_arguments(command)


def _explain(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = commands.add_parser(
        "explain",
        formatter_class=_Formatter,
        help="the full split of a resource type, service, offering or responsibility; a control in full",
        description="Show the full split, each line with its reason and page, your knobs, what would move the line; "
        "or a control in full.",
    )
    command.add_argument(
        "name",
        metavar="NAME",
        help="AWS::RDS::DBInstance, aws_db_instance, rds, rds.instance, encryption-at-rest, or a control",
    )
    command.add_argument("--all", action="store_true", help="list every property, not the first of each responsibility")
    _output(command)


def _compare(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = commands.add_parser(
        "compare",
        formatter_class=_Formatter,
        help="two offerings side by side: what moves to AWS, what stays, what is shared",
        description="Show which responsibilities move between two offerings.",
    )
    command.add_argument("first", metavar="NAME", help="an offering, a type or a service")
    command.add_argument("second", metavar="NAME", help="the one to compare it with")
    _output(command)


def _catalog(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = commands.add_parser(
        "catalog", formatter_class=_Formatter, help="list, show, check or count what is known of AWS"
    )
    actions = command.add_subparsers(prog="demarcate catalog", dest="action", metavar="ACTION", required=True)
    listing = actions.add_parser("list", formatter_class=_Formatter, help="all services and offerings, or all controls")
    listing.add_argument("--controls", action="store_true", help="list the controls instead")
    showing = actions.add_parser("show", formatter_class=_Formatter, help="one service, with its types and offerings")
    showing.add_argument("name", metavar="SERVICE")
    checking = actions.add_parser("check", formatter_class=_Formatter, help="prove that the catalogue is whole")
    checking.add_argument("names", nargs="*", metavar="SERVICE", help="only these services")
    counting = actions.add_parser(
        "stats", formatter_class=_Formatter, help="count what is known, and how well it is cited"
    )
    for each in (listing, showing, checking, counting):
        _output(each)


def _shell(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    completing = commands.add_parser(
        "completion",
        formatter_class=_Formatter,
        help="the script that makes your shell complete commands, options and names",
        description="Print the script that makes your shell complete commands, options, files and the catalogue's "
        "names. Load it where the shell starts.",
    )
    completing.add_argument("shell", choices=("bash", "zsh", "fish"), help="your shell")
    commands.add_parser(
        "manual",
        formatter_class=_Formatter,
        help="the manual page, as man reads it",
        description="Print the manual page in the form that man and mandoc read: demarcate manual | man -l -",
    )


def entry() -> NoReturn:
    """The console script: as :func:`main`, then leaving without taking the estate apart piece by piece."""
    status = main()
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None and not stream.closed:
                stream.flush()
    except BrokenPipeError:
        status = EXIT_FINE
    except OSError:
        status = status or EXIT_INPUT
    os._exit(status)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and give its exit status. A :class:`DemarcateError` is printed without a traceback."""
    top = parser()
    if "_ARGCOMPLETE" in os.environ and arguments is None:  # a shell asks what may follow
        from demarcate.cli import completion

        completion.answer(top)
    chosen = top.parse_args(arguments)
    gc.disable()  # a run is short and makes few cycles; collecting would only walk the estate again and again
    from demarcate.cli import commands
    from demarcate.report.terminal_text import safe

    try:
        return commands.run(chosen)
    except DemarcateError as error:
        print(f"demarcate: {safe(str(error))}", file=sys.stderr)
        return EXIT_INPUT
    except BrokenPipeError:
        sys.stderr.close()
        return EXIT_FINE
    except OSError as error:
        where = f"{safe(str(error.filename))}: " if error.filename else ""
        print(f"demarcate: {where}{error.strerror or error}", file=sys.stderr)
        return EXIT_INPUT
    except KeyboardInterrupt:
        return 130
