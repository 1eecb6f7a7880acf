"""Keys and certificates for tests, made by openssl."""

import subprocess
from pathlib import Path

__all__ = ["certificate"]


def certificate(folder: Path, name: str) -> Path:
    """A key and a certificate for 127.0.0.1 that signs itself, in one file."""
    key, made, both = (folder / f"{name}.{kind}" for kind in ("key", "crt", "pem"))
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-keyout", str(key), "-out", str(made), "-days", "2", "-subj", f"/CN={name}"]
    subprocess.run([*command, "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    both.write_bytes(key.read_bytes() + made.read_bytes())
    return both
