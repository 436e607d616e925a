"""The command `aliquot`: verbs, exit codes, errors as people or as programs read them.

Exit codes: 0 done; 1 a fault of ours, or a simulation that failed; 2 bad input.
"""

import gc
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import typer
from platformdirs import user_cache_path

from aliquot.cli import (
    analyse,
    assign,
    cite,
    clusters,
    compare,
    convert,
    design,
    emission,
    errata,
    fit,
    landscape,
    lookup,
    mass,
    mass_size,
    material,
    output,
    read,
    reagent,
    reproduce,
    routes,
    rules,
    simulate,
    tem,
    xrd,
    zones,
)
from aliquot.cli.recipe import app as recipe
from aliquot.errors import AliquotError

app = typer.Typer(
    name="aliquot",
    help="From a recipe to the spectra of its aliquots, and back: quantum dots, clusters, reactors.",
    epilog="Every command takes --json. Start with: aliquot reproduce wang2023",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)


@app.callback(invoke_without_command=True)
def _root(
    context: typer.Context,
    version: bool = typer.Option(False, "--version", help="Print the version and leave.", is_eager=True),
    cards: str | None = typer.Option(None, "--cards", help="Folder of your own cards; before the verb."),
) -> None:
    if cards is not None:
        lookup.use_cards(Path(cards))
    if version:
        typer.echo(output.version())
    elif context.invoked_subcommand is None:
        typer.echo(context.get_help())


app.command("simulate", short_help="A recipe in, populations and spectra out.")(simulate.simulate)
app.command("analyse", short_help="Measured spectra in, findings out.")(analyse.analyse)
app.command("emission", short_help="Emission in; peaks, widths, yield, colour out.")(emission.emission)
app.command("assign", short_help="Formulas of clusters for a mass, and their rivals.")(assign.assign)
app.command("mass", short_help="A mass spectrum in; formulas, series, bands out.")(mass.mass)
app.command("mass-size", short_help="The diameter of a dot of a mass, and back.")(mass_size.mass_size)
app.command("reproduce", short_help="A paper's numbers, published and computed.")(reproduce.reproduce)
app.command("fit", short_help="A study in; constants, intervals, what stays unknown.")(fit.fit)
app.command("design", short_help="A target in; a recipe within all limits, and how sure it is, out.")(
    design.design
)
app.command("routes", short_help="Published ways to a material.")(routes.routes)
app.command("clusters", short_help="Magic-sized clusters, by line and family.")(clusters.clusters)
app.command("material", short_help="Bulk constants of a semiconductor.")(material.material)
app.command("reagent", short_help="A chemical: structure, density, hazards.")(reagent.reagent)
app.command("errata", short_help="Located errors of the papers.")(errata.errata)
app.command("rules", short_help="What the field holds true.")(rules.rules)
app.command("landscape", short_help="Routes by chemistry and material, and the gaps.")(landscape.landscape)
app.command("tem", short_help="Sizes of dots from an electron micrograph.")(tem.tem)
app.command("compare", short_help="What instruments say of one sample, side by side.")(compare.compare)
app.command("cite", short_help="What a recipe, a result or a card stands on.")(cite.cite)
app.command("xrd", short_help="Diameter and phases from an X-ray pattern.")(xrd.xrd)
app.command("zones", short_help="Where clusters, dots or nothing are seen.")(zones.zones)
app.command("read", short_help="What a file of an instrument holds, and what is odd.")(read.read)
app.command("convert", short_help="A file of an instrument into an open format.")(convert.convert)

app.add_typer(recipe.app, name="recipe", short_help="Check, tabulate, scale, export, import, copy recipes.")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    # All matrices are small: threads of the linear algebra only get in each other's way.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Imports and tracing make a million objects that live to the end; looking through them for garbage every
    # 700 is a tenth of a short command.
    gc.set_threshold(100_000, 20, 20)
    _keep_compiled_code()
    sys.exit(run(words))


def run(words: Sequence[str]) -> int:
    """Run a command and return its exit code; errors are printed, never raised.

    Args:
        words: The command line after the name of the program.

    Example:
        >>> run(["--version"])
        0...
        0
    """
    as_json = "--json" in words
    try:
        with lookup.own_cards():
            code = app(args=list(words), prog_name="aliquot", standalone_mode=False)
    except AliquotError as error:
        output.complain(type(error).__name__, str(error), str(error.where), as_json, notes(error))
        return error.exit_code
    except typer.TyperException as error:
        context = getattr(error, "ctx", None)
        hint = "" if context is None else f". Try '{context.command_path} --help'."
        output.complain("UsageError", _sentence(error).rstrip(".") + hint, "command line", as_json)
        return 2
    except (typer.Abort, KeyboardInterrupt):
        output.complain("Stopped", "stopped by hand", "", as_json)
        return 130
    except BrokenPipeError:  # the reader, such as 'head', has seen enough
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115  nothing may be flushed at exit
        return 141
    except Exception as fault:
        if "ALIQUOT_DEBUG" in os.environ:
            raise
        told = f"{type(fault).__name__}: {fault}. This is a fault of Aliquot's, not of your input; set "
        output.complain("InternalError", told + "ALIQUOT_DEBUG=1 to see where, and tell us.", "", as_json)
        return 1
    return int(code or 0)


def _sentence(error: Exception) -> str:
    """Return what the reader of the command line has to say, as a sentence."""
    told = getattr(error, "format_message", None)
    return str(told() if told is not None else error)


def notes(error: AliquotError) -> list[str]:
    """Return the further faults that came with an error."""
    return list(getattr(error, "__notes__", []))


def _keep_compiled_code() -> None:
    """Let JAX keep compiled kernels in the user's cache, so that only the first call ever waits for them."""
    folder = user_cache_path("aliquot") / "compiled"
    os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", str(folder))
    os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0.05")
    os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES", "-1")
    # Equinox raises from inside compiled code by calling back, and JAX does not keep code that calls back.
    # Nothing is lost: integrate() examines what comes out.
    os.environ.setdefault("EQX_ON_ERROR", "nan")
    _make_private(Path(os.environ["JAX_COMPILATION_CACHE_DIR"]))


def _make_private(folder: Path) -> None:
    """Make a cache folder for this user alone; where that fails JAX goes without."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        print(f"aliquot: no cache for compiled code in {folder}: {error.strerror}", file=sys.stderr)  # noqa: T201


if __name__ == "__main__":
    main()
