"""Makes the fonts in ../main/resources/headroom/fonts from two npm packages, both under the SIL Open Font License 1.1.

    npm pack inter-ui@4.1.1
    npm pack @fontsource/jetbrains-mono@5.3.0
    python3 make_fonts.py inter-ui-4.1.1.tgz fontsource-jetbrains-mono-5.3.0.tgz

needs fonttools and brotli. Two things are done that JavaFX cannot do at run time:
  - Inter's tabular figures (feature tnum) become the default glyphs, because JavaFX has no way to switch a font feature and figures
    of different widths make every changing number jitter;
  - every weight gets a family name of its own, because JavaFX's matching only tells regular from bold.
A changed font has another name than its origin: Headroom Sans. JetBrains Mono is subset and keeps its glyphs.
"""
import io
import pathlib
import sys
import tarfile

from fontTools import subset
from fontTools.merge import Merger
from fontTools.ttLib import TTFont

OUT = pathlib.Path(__file__).resolve().parent.parent / "main/resources/headroom/fonts"
# Basic Latin … Latin Extended-B, Greek, Latin Extended Additional, punctuation, super- and subscripts, currency, letters, arrows, maths, shapes
RANGES = [(0x20, 0x7E), (0xA0, 0x24F), (0x2B0, 0x2FF), (0x370, 0x3FF), (0x1E00, 0x1EFF), (0x2000, 0x206F), (0x2070, 0x209F),
          (0x20A0, 0x20BF), (0x2100, 0x214F), (0x2190, 0x21FF), (0x2200, 0x22FF), (0x25A0, 0x25FF), (0x2700, 0x27BF)]
POINTS = [point for first, last in RANGES for point in range(first, last + 1)]


def member(archive, name):
    with tarfile.open(archive) as tar:
        return tar.extractfile("package/" + name).read()


KEEP_PROPORTIONAL = {"hyphen", "asterisk"}  # they stand in words more often than between figures


def freeze_tabular(font):
    """Points the character map at the glyphs that `tnum` would substitute."""
    gsub = font["GSUB"].table
    swaps = {}
    for record in gsub.FeatureList.FeatureRecord:
        if record.FeatureTag == "tnum":
            for index in record.Feature.LookupListIndex:
                for table in gsub.LookupList.Lookup[index].SubTable:
                    table = getattr(table, "ExtSubTable", table)
                    swaps.update(table.mapping)
    swaps = {glyph: tabular for glyph, tabular in swaps.items() if glyph not in KEEP_PROPORTIONAL}
    if not swaps:
        raise SystemExit("the font has no tnum feature")
    for table in font["cmap"].tables:
        if table.isUnicode():
            table.cmap = {point: swaps.get(glyph, glyph) for point, glyph in table.cmap.items()}


def widen_thin_space(font):
    """A thin space of a sixth of an em is under two pixels at 11 px, where 8.00 GiB would read as 8.00GiB; a fifth and a bit is seen."""
    thin = font.getBestCmap()[0x2009]
    font["hmtx"][thin] = (round(font["head"].unitsPerEm * 0.22), font["hmtx"][thin][1])


def cut(font, keep_features):
    options = subset.Options()
    options.layout_features = keep_features
    options.name_IDs = ["*"]
    options.notdef_outline = True
    options.hinting = False
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=POINTS)
    cutter.subset(font)


def rename(font, family):
    """One family of one style; the copyright and licence records (0, 13, 14) stay."""
    names = font["name"]
    for name_id in (16, 17, 21, 22, 25):
        names.removeNames(nameID=name_id)
    for name_id, text in ((1, family), (2, "Regular"), (3, family + " 1"), (4, family), (6, family.replace(" ", ""))):
        names.removeNames(nameID=name_id)
        names.setName(text, name_id, 3, 1, 0x409)
        names.setName(text, name_id, 1, 0, 0)
    font["OS/2"].usWeightClass = 400
    font["OS/2"].fsSelection = (font["OS/2"].fsSelection & ~0b100001) | 0b1000000
    font["head"].macStyle = 0


def save(font, name):
    font.flavor = None
    font.save(OUT / name)
    print(name, (OUT / name).stat().st_size)


def main(inter, mono):
    OUT.mkdir(parents=True, exist_ok=True)
    for weight in ("Regular", "Medium", "SemiBold"):
        font = TTFont(io.BytesIO(member(inter, f"web/Inter-{weight}.woff2")))
        freeze_tabular(font)
        widen_thin_space(font)
        cut(font, ["kern", "mark", "mkmk", "ccmp", "locl"])
        rename(font, "Headroom Sans" if weight == "Regular" else "Headroom Sans " + weight)
        save(font, f"HeadroomSans-{weight}.ttf")
    (OUT / "HeadroomSans-OFL.txt").write_bytes(member(inter, "LICENSE.txt"))

    parts = []
    for script in ("latin", "latin-ext", "greek"):
        part = TTFont(io.BytesIO(member(mono, f"files/jetbrains-mono-{script}-400-normal.woff2")))
        for tag in ("GSUB", "GPOS", "GDEF"):  # ligatures turn != into another sign; code is shown as it is written
            if tag in part:
                del part[tag]
        part.flavor = None
        path = OUT / f".{script}.ttf"
        part.save(path)
        parts.append(path)
    font = Merger().merge([str(path) for path in parts])
    for path in parts:
        path.unlink()
    rename(font, "JetBrains Mono")
    save(font, "JetBrainsMono-Regular.ttf")
    (OUT / "JetBrainsMono-OFL.txt").write_bytes(member(mono, "LICENSE"))


if __name__ == "__main__":
    main(*sys.argv[1:])
