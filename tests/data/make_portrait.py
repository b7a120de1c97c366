#!/usr/bin/python3
"""Draws portrait.jpg, the face of a person who does not exist: make_portrait.py OUTPUT.jpg

Shapes are written as a small PDF, which poppler's pdftoppm turns into a JPEG of 480 x 640 pixels."""
import pathlib
import subprocess
import sys
import tempfile

WIDTH, HEIGHT = 480, 640
K = 0.5523  # control points of a quarter circle


def colour(text):
    return " ".join(f"{int(text[i:i + 2], 16) / 255:.3f}" for i in (0, 2, 4))


def ellipse(x, y, rx, ry):
    kx, ky = rx * K, ry * K
    return (f"{x + rx} {y} m {x + rx} {y + ky} {x + kx} {y + ry} {x} {y + ry} c "
            f"{x - kx} {y + ry} {x - rx} {y + ky} {x - rx} {y} c "
            f"{x - rx} {y - ky} {x - kx} {y - ry} {x} {y - ry} c "
            f"{x + kx} {y - ry} {x + rx} {y - ky} {x + rx} {y} c h ")


def fill(shade, path):
    return f"{colour(shade)} rg {path} f\n"


def stroke(shade, width, path):
    return f"{colour(shade)} RG {width} w 1 J 1 j {path} S\n"


def mirrored(path_of):
    return path_of(1) + path_of(-1)


def drawing():
    m = WIDTH / 2
    out = ["q /S sh Q\n"]
    # Hair behind the head, then shoulders, neck and its shadow.
    out.append(fill("231a18", f"{m - 128} 250 m {m - 165} 470 {m - 120} 560 {m} 566 c "
                              f"{m + 120} 560 {m + 165} 470 {m + 128} 250 c "
                              f"{m + 100} 215 {m - 100} 215 {m - 128} 250 c h"))
    out.append(fill("27415c", "0 0 m 0 60 l"
                    + f" 20 140 90 165 {m - 62} 190 c {m - 30} 150 {m + 30} 150 {m + 62} 190 c "
                      f"{WIDTH - 90} 165 {WIDTH - 20} 140 {WIDTH} 60 c {WIDTH} 0 l h"))
    out.append(fill("f4f2ee", f"{m - 66} 192 m {m - 30} 128 l {m} 96 l {m + 30} 128 l {m + 66} 192 l h"))
    out.append(fill("d9a884", f"{m - 50} 280 m {m - 50} 200 l {m - 30} 150 {m + 30} 150 {m + 50} 200 c "
                              f"{m + 50} 280 l h"))
    out.append(fill("c08e6b", f"{m - 50} 250 m {m - 20} 205 {m + 20} 205 {m + 50} 250 c {m + 50} 285 l "
                              f"{m - 50} 285 l h"))
    out.append(fill("1d3147", mirrored(lambda s: f"{m + s * 66} 194 m {m + s * 38} 120 l {m + s * 6} 80 l "
                                                 f"{m + s * 30} 78 l {m + s * 92} 176 l h ")))
    # Ears and face.
    out.append(fill("d6a27d", mirrored(lambda s: ellipse(m + s * 113, 372, 17, 32))))
    out.append(fill("e8bb97", f"{m - 112} 400 m {m - 116} 300 {m - 70} 226 {m} 222 c "
                              f"{m + 70} 226 {m + 116} 300 {m + 112} 400 c "
                              f"{m + 110} 490 {m + 60} 520 {m} 520 c {m - 60} 520 {m - 110} 490 {m - 112} 400 c h"))
    out.append(fill("e3ad8a", mirrored(lambda s: ellipse(m + s * 66, 318, 26, 18))))
    # Hair over the forehead.
    out.append(fill("2b201d", f"{m - 122} 392 m {m - 128} 520 {m - 70} 556 {m + 6} 552 c "
                              f"{m + 96} 548 {m + 132} 500 {m + 122} 392 c {m + 112} 440 {m + 96} 470 {m + 58} 486 c "
                              f"{m + 10} 500 {m - 50} 490 {m - 78} 462 c {m - 102} 440 {m - 114} 424 {m - 122} 392 c h"))
    # Brows, eyes, nose, mouth.
    out.append(stroke("2b201d", 8, mirrored(lambda s: f"{m + s * 26} 416 m {m + s * 40} 428 {m + s * 62} 428 "
                                                      f"{m + s * 80} 414 c ")))
    out.append(fill("fbf8f4", mirrored(lambda s: f"{m + s * 28} 384 m {m + s * 40} 400 {m + s * 66} 400 "
                                                 f"{m + s * 78} 384 c {m + s * 66} 373 {m + s * 40} 373 "
                                                 f"{m + s * 28} 384 c h ")))
    out.append(fill("4a2f22", mirrored(lambda s: ellipse(m + s * 53, 386, 11, 11))))
    out.append(fill("120c0a", mirrored(lambda s: ellipse(m + s * 53, 386, 5, 5))))
    out.append(fill("ffffff", mirrored(lambda s: ellipse(m + s * 53 + 4, 390, 2.4, 2.4))))
    out.append(stroke("2b201d", 4, mirrored(lambda s: f"{m + s * 27} 385 m {m + s * 40} 401 {m + s * 66} 401 "
                                                      f"{m + s * 80} 386 c ")))
    out.append(stroke("c58f6c", 4, f"{m + 5} 382 m {m + 12} 350 {m + 22} 334 {m + 16} 325 c "
                                   f"{m + 6} 317 {m - 8} 317 {m - 16} 325 c"))
    out.append(fill("b5655b", f"{m - 38} 282 m {m - 16} 292 {m - 6} 288 {m} 285 c {m + 6} 288 {m + 16} 292 "
                              f"{m + 38} 282 c {m + 16} 262 {m - 16} 262 {m - 38} 282 c h"))
    out.append(stroke("8d4a44", 2.4, f"{m - 38} 282 m {m - 14} 278 {m + 14} 278 {m + 38} 282 c"))
    return "".join(out)


def pdf():
    content = drawing()
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] /Contents 4 0 R "
        "/Resources << /Shading << /S << /ShadingType 2 /ColorSpace /DeviceRGB "
        f"/Coords [0 0 0 {HEIGHT}] /Function << /FunctionType 2 /Domain [0 1] /N 1 "
        "/C0 [0.80 0.84 0.87] /C1 [0.93 0.95 0.96] >> >> >> >> >>",
        f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
    ]
    out, offsets = "%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n"
    out += "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    return out + f"trailer << /Root 1 0 R /Size {len(objects) + 1} >>\nstartxref\n{start}\n%%EOF\n"


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder) / "portrait.pdf"
        source.write_text(pdf(), "ascii")
        subprocess.run(["pdftoppm", "-jpeg", "-jpegopt", "quality=88", "-r", "72", "-singlefile", source,
                        pathlib.Path(folder) / "portrait"], check=True)
        pathlib.Path(sys.argv[1]).write_bytes((pathlib.Path(folder) / "portrait.jpg").read_bytes())


if __name__ == "__main__":
    main()
