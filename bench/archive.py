"""Packs a folder so that the same files give the same bytes.

archive.py FOLDER DIST makes DIST/<name of the folder>.tar.gz, or .zip for Windows. Names
are sorted, owners are nobody, and all times are SOURCE_DATE_EPOCH.
"""

import gzip
import io
import os
import sys
import tarfile
import time
import zipfile


def files(folder):
    for name in sorted(os.listdir(folder)):
        runs = name in ("autodatabench", "autodatabench.exe")
        with open(os.path.join(folder, name), "rb") as f:
            yield name, f.read(), 0o755 if runs else 0o644


def pack_tar(folder, path, when):
    top = os.path.basename(folder)
    with open(path, "wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=when) as packed:
        with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as out:
            for name, data, mode in files(folder):
                info = tarfile.TarInfo(top + "/" + name)
                info.size, info.mode, info.mtime = len(data), mode, when
                out.addfile(info, io.BytesIO(data))


def pack_zip(folder, path, when):
    top = os.path.basename(folder)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as out:
        for name, data, mode in files(folder):
            info = zipfile.ZipInfo(top + "/" + name, time.gmtime(when)[:6])
            info.create_system, info.external_attr = 3, (0o100000 | mode) << 16
            out.writestr(info, data, zipfile.ZIP_DEFLATED, 9)


def main(folder, dist):
    folder = folder.rstrip("/")
    when = int(os.environ["SOURCE_DATE_EPOCH"])
    path = os.path.join(dist, os.path.basename(folder))
    if "-windows-" in path:
        pack_zip(folder, path + ".zip", when)
    else:
        pack_tar(folder, path + ".tar.gz", when)


main(*sys.argv[1:])
