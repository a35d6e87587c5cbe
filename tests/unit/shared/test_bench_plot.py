"""The bench's picture: whole, and every line with its name."""

from lxml import etree

from bench.plot import HEIGHT, WIDTH, lines_svg

SVG = {"svg": "http://www.w3.org/2000/svg"}


def test_every_line_is_drawn_within_the_picture_and_named() -> None:
    lines = {"intake <a>": [(0.0, 80.0), (1.0, 90.0)], "relay": [(0.0, 40.0), (2.0, 41.0)]}
    picture = etree.fromstring(lines_svg("t", lines, x="minutes", y="MiB").encode())
    drawn = [one.get("points", "").split() for one in picture.iterfind("svg:polyline", SVG)]
    places = [tuple(map(float, point.split(","))) for line in drawn for point in line]
    assert [len(line) for line in drawn] == [2, 2]
    assert all(0 <= across <= WIDTH and 0 <= down <= HEIGHT for across, down in places)
    names = [text.text for text in picture.iterfind("svg:text", SVG)]
    assert {"intake <a> 90", "relay 41"} <= set(names)


def test_axes_are_marked_with_round_numbers() -> None:
    svg = lines_svg("t", {"intake": [(0.0, 80.0), (15.4, 455.0)]}, x="minutes", y="MiB")
    said = [text.text for text in etree.fromstring(svg.encode()).iterfind("svg:text", SVG)]
    assert said == ["t", "minutes", "MiB", "0", "200", "400", "0", "5", "10", "15", "intake 455"]
