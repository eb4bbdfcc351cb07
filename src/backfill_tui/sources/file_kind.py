"""What a file is that is not text, by how it begins: a sentence with what to do, where something can be done."""

_COMPRESSED = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\0": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"PK\x03\x04": "zip",
}
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def no_text(sample: bytes) -> str:
    """Why a file that begins with `sample` can't be read as text, as a sentence; empty if it is text."""
    for magic, name in _COMPRESSED.items():
        if sample.startswith(magic):
            return f"It is compressed ({name}): unpack it, and name what comes out."
    if sample.startswith(_UTF_16):
        return "It is text in UTF-16, as PowerShell writes it: convert it to UTF-8 first."
    return "It is not a text file: neither a log nor a checkpoint." if _is_binary(sample) else ""


def _is_binary(sample: bytes) -> bool:
    """Whether bytes are plainly not text. NULs alone don't tell: a truncated log may begin with a hole of them."""
    text = sample.replace(b"\0", b"")
    if not text:
        return False
    strange = sum(byte < 0x20 and byte not in b"\t\n\r\x1b\f\b\x07" for byte in text)
    broken = text[:-3].decode("utf-8", "replace").count("\ufffd")
    inner_nuls = len(sample.strip(b"\0")) - len(text)
    return (strange + broken + inner_nuls) > len(sample) * 0.1
