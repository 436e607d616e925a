import tempfile
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from aliquot.errors import AliquotError
from aliquot.instruments.formats import read_spectra

ROWS = [f"{nm}.01,0.{nm},{1e-3 * nm:.4f}" for nm in range(520, 500, -1)]
SEED = "\r\n".join(
    ["\ufeffWavelength (nm),30 s,2 min reaction", *ROWS, ",,", "Start (nm)  800.0,,", ",, Old:0.01"]
).encode()


@st.composite
def mutated(draw):
    content = bytearray(SEED)
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(content)))
        length = draw(st.integers(0, 30))
        content[start : start + length] = draw(
            st.one_of(
                st.binary(max_size=8),
                st.sampled_from([b",", b";", b"\t", b"\r", b'"', b"%T", b"nm", b"1e999", b"-", b"\xff\xfe"]),
            )
        )
    return bytes(content)


def read(content):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "run.csv"
        file.write_bytes(content)
        return read_spectra(file, transmission="convert")


def signals_or_our_error(content):
    fault = None
    try:
        signals = read(content)
    except AliquotError as error:
        fault = error
    if fault is None:
        assert signals
    else:
        assert fault.where.file
        assert str(fault)


def test_the_seed_itself_is_read():
    assert [signal.time_s for signal in read(SEED)] == [30.0, 120.0]


@settings(max_examples=250, deadline=None)
@example(b"%T" + SEED)
@given(mutated())
def test_mutations_give_signals_or_an_error_of_ours(content):
    signals_or_our_error(content)


@settings(max_examples=150, deadline=None)
@example(b'"')
@given(
    st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass"))
)
def test_anything_gives_signals_or_an_error_of_ours(content):
    signals_or_our_error(content)
