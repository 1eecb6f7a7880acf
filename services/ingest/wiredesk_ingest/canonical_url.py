"""Addresses: one form for all the ways of writing the address of the same article."""

import re
from urllib.parse import quote, urlsplit, urlunsplit

__all__ = ["canonical_url", "same_article_key"]

_MAX_CHARS = 4096
# What most publishers send is canonical: taking it apart and putting it together again would change nothing.
_CANONICAL = re.compile(r"https?://[a-z0-9.-]*[a-z0-9-]/[A-Za-z0-9/._~-]*")
_HOST = re.compile(r"[^\s/?#@:\[\]\\%]+")
_BARE_HOST = re.compile(r"(?:[\w-]{1,63}\.){1,10}[^\W\d_]{2,63}(?::\d{1,5})?(?:[/?#].*)?")
_PERCENT = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_PORTS = {"http": 80, "https": 443}

# Parameters that tell where a reader came from and never which article it is: whole names, or prefixes of families.
# Short or ambiguous names (`id`, `ref`, `source`, `page`, `gallery`) stay: losing one would merge two articles.
_TRACKING_PREFIXES = (
    "utm_",
    "itm_",
    "mtm_",
    "pk_",
    "piwik_",
    "hsa_",
    "oly_",
    "vero_",
    "at_medium",
    "at_campaign",
    "sc_c",
    "ns_",
)
_TRACKING_NAMES = """
    fbclid gclid gclsrc gbraid wbraid dclid msclkid twclid ttclid yclid ysclid igshid igsh li_fat_id epik mc_cid
    mc_eid mkt_tok _hsenc _hsmi __hstc __hssc __hsfp hsctatracking cmpid cmp_id ocid ncid xtor wt_mc wt.mc_id
    wt_zmc s_cid icid ito guccounter guce_referrer guce_referrer_sig __twitter_impression __s _ga _gl spm
    share_from sharetype fb_action_ids fb_action_types fb_source fb_ref ref_src ref_url rss_id feedtype soc_src
    soc_trk smid smtyp trk_contact trk_msg trk_module trk_sid vgo_ee wickedid rb_clickid elqtrackid elqtrack cvid
"""
_TRACKING = frozenset(_TRACKING_NAMES.split())


def canonical_url(raw: str) -> str | None:
    """The canonical form of an http or https address, or None for anything else or over 4,096 characters.

    Scheme and host in lower case, the host in ASCII (IDNA), no user name, default port, trailing dot or fragment (but
    `#!…`, which names a page); dot segments resolved; percent-encoding normalised as in RFC 3986, section 6.2.2;
    tracking parameters off, the others in the order of their names. An address without a scheme is taken as https.
    """
    if len(raw) <= _MAX_CHARS and "/." not in raw and _CANONICAL.fullmatch(raw):
        return raw
    text = "".join(raw.split())
    if not text or len(text) > _MAX_CHARS:
        return None
    if text.startswith("//"):
        text = "https:" + text
    elif "://" not in text[:12] and _BARE_HOST.fullmatch(text):
        text = "https://" + text
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return None
    scheme, host = parts.scheme.lower(), _host(parts.hostname or "")
    if scheme not in _PORTS or not host:
        return None
    netloc = host if port is None or port == _PORTS[scheme] else f"{host}:{port}"
    path = _without_dot_segments(_encoded(parts.path, "/:@!$&'()*+,;=")) or "/"
    fragment = _encoded(parts.fragment, "/:@!$&'()*+,;=?") if parts.fragment.startswith("!") else ""
    return urlunsplit((scheme, netloc, path, _query(parts.query), fragment))


def same_article_key(url: str) -> str:
    """A canonical address without its scheme: http and https serve the same article."""
    return url.partition("://")[2]


def _host(host: str) -> str:
    host = host.rstrip(".").lower()
    if ":" in host:  # IPv6, checked and unbracketed by urlsplit
        return f"[{host}]"
    if not _HOST.fullmatch(host):
        return ""
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return ""


def _query(query: str) -> str:
    kept = [pair for pair in query.split("&") if pair and not _is_tracking(pair.partition("=")[0].lower())]
    encoded = [_encoded(pair, "/:@!$'()*+,;=?") for pair in kept]
    return "&".join(sorted(encoded, key=lambda pair: pair.partition("=")[0]))


def _is_tracking(name: str) -> bool:
    return name in _TRACKING or name.startswith(_TRACKING_PREFIXES)


def _encoded(part: str, safe: str) -> str:
    """Upper-case escapes; unreserved characters plain; everything else that needs it escaped once."""
    part = quote(part, safe=safe + "%~", errors="replace")
    part = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", part)
    return _PERCENT.sub(_normal_escape, part)


def _normal_escape(match: re.Match[str]) -> str:
    character = chr(int(match[1], 16))
    return character if character in _UNRESERVED else match[0].upper()


def _without_dot_segments(path: str) -> str:
    """RFC 3986, section 5.2.4."""
    if "/." not in path:
        return path
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments:
        if segment == "..":
            if len(kept) > 1:
                kept.pop()
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return "/".join(kept)
