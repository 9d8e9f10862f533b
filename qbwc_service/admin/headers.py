"""The protective headers of every page: nothing from elsewhere, no frames, nothing kept, nothing passed on.

A setup page carries a password, and its address opens it: neither may survive in a cache, a search index or the
Referer line of the next site.
"""

from flask import Response, request

_SOURCES = {
    "default-src": "'self'",
    "img-src": "'self' data:",  # Bootstrap's style sheet draws its icons as data: images.
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
CONTENT_SECURITY_POLICY = "; ".join(f"{directive} {sources}" for directive, sources in _SOURCES.items())


def protect(response: Response) -> Response:
    """Add the headers to an answer; assets may be cached, everything else may not."""
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    if not (request.endpoint or "").endswith(".static"):
        response.headers["Cache-Control"] = "no-store"
    return response
